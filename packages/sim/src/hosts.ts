import type { Prng } from '@souk/kernel'
import type { Certificate, Offer, PeerId } from '@souk/wire'
import { workFunction } from './work-args.ts'

/** What the simulated hosts are. */
export interface HostShape {
  /** each host draws one */
  slots: readonly number[]
  cpuMilliPerSlot: number
  memoryBytesPerSlot: number
}

export function peerIdOf(node: number): PeerId {
  return `peer-${String(node).padStart(4, '0')}`
}

export function offerOf({ slots, cpuMilliPerSlot, memoryBytesPerSlot }: HostShape, prng: Prng): Offer {
  const count = prng.pick(slots)
  return {
    capacity: {
      cpuMilli: count * cpuMilliPerSlot,
      memoryBytes: count * memoryBytesPerSlot,
      diskBytes: 0,
      networkMbps: 0,
      slots: count,
      gpuMilli: [],
      custom: {},
    },
    labels: {},
    executors: ['process', 'function'],
    functions: [workFunction],
    draining: false,
    custody: true,
    priceMilli: 0,
    summary: `${count} simulated slots`,
  }
}

/** Signatures are the real driver's business: here everyone is a member. */
export function certificateOf(node: number): Certificate {
  const peer = peerIdOf(node)
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
