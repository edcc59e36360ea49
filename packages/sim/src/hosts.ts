import type { GpuGroup, Prng } from '@souk/kernel'
import type { Certificate, Incarnation, LifeProof, Offer, PeerId } from '@souk/wire'
import { workFunction } from './work-args.ts'

/** What the simulated hosts are. */
export interface HostShape {
  /** each host draws one */
  slots: readonly number[]
  cpuMilliPerSlot: number
  memoryBytesPerSlot: number
  /** each slot brings one device of each kind, so that it is always slots that bind */
  gpusPerSlot?: readonly Omit<GpuGroup, 'count'>[]
  /** the first so many nodes run nothing: they have no slots, only clients; none by default */
  withoutSlots?: number
  /** they are in so many zones, in turns; absent: none says where it is */
  zones?: number
  /** what each node is, by its index, instead of a draw of `slots` */
  each?: readonly KnownHost[]
}

/** A host that is modelled after a real one. */
export interface KnownHost {
  slots: number
  labels: Record<string, string>
}

/** The peer id of a host, and of the one that took its place when it lost its store, and so on. */
export function peerIdOf(node: number, generation = 0): PeerId {
  const id = `peer-${String(node).padStart(4, '0')}`
  return generation === 0 ? id : `${id}-${generation}`
}

export function offerOf(shape: HostShape, index: number, prng: Prng): Offer {
  const { slots, cpuMilliPerSlot, memoryBytesPerSlot, gpusPerSlot = [], withoutSlots = 0, zones, each } = shape
  const known = each?.[index]
  const count = known?.slots ?? (index < withoutSlots ? 0 : prng.pick(slots))
  return {
    capacity: {
      cpuMilli: count * cpuMilliPerSlot,
      memoryBytes: count * memoryBytesPerSlot,
      diskBytes: 0,
      networkMbps: 0,
      slots: count,
      gpuMilli: gpusPerSlot.flatMap(() => new Array<number>(count).fill(1000)),
      custom: {},
    },
    ...(gpusPerSlot.length === 0 ? {} : { gpus: gpusPerSlot.map((kind) => ({ ...kind, count })) }),
    labels: { ...(zones === undefined ? {} : { zone: `z${index % zones}` }), ...known?.labels },
    executors: ['process', 'function'],
    functions: [workFunction],
    draining: false,
    custody: true,
    priceMilli: 0,
    summary: `${count} simulated slots`,
  }
}

/** Signatures are the real driver's business: here everyone is a member. */
export function certificateOf(peer: PeerId): Certificate {
  return {
    mesh: 'sim',
    peer,
    role: 'host',
    name: peer,
    issuedWallMs: 0,
    expiresWallMs: 0,
    signature: new Uint8Array(0),
  }
}

/** Of the right form, and as others could not have made it up: nobody here signs for another. */
export function lifeProofOf(peer: PeerId, incarnation: Incarnation): LifeProof {
  return new TextEncoder().encode(`${peer} ${incarnation}`)
}
