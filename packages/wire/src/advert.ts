import { type Static, Type } from '@sinclair/typebox'
import { DemandDigest } from './demand-digest.ts'
import { Incarnation, LifeProof, PeerId } from './ids.ts'
import { limits } from './limits.ts'
import { VectorSchema } from './resource-schema.ts'
import { bytes, choice, dictionary, int, list, strict, text } from './schema.ts'

export const Role = choice('host', 'submit', 'observe', 'admin')
export type Role = Static<typeof Role>

/** A peer's membership: signed by the mesh key over every other field. Checked in the driver. */
export const Certificate = strict({
  mesh: text(limits.idCharsMax, 1),
  peer: PeerId,
  role: Role,
  name: text(64, 1),
  issuedWallMs: int(),
  /** 0 = does not expire */
  expiresWallMs: int(),
  signature: bytes(128),
})
export type Certificate = Static<typeof Certificate>

/** A run of `count` like devices in `gpuMilli` of a capacity; groups follow each other in that order. */
export const GpuGroup = strict({
  model: text(limits.gpuModelCharsMax, 1),
  /** of each device; 0: not known */
  memoryBytes: int(2 ** 52),
  count: int(1024, 1),
})
export type GpuGroup = Static<typeof GpuGroup>

/** What a host is. How loaded it is now travels in quotes and load stamps. */
export const Offer = strict({
  capacity: VectorSchema,
  /** absent: of the host's GPUs only their number is known */
  gpus: Type.Optional(list(GpuGroup, limits.gpuGroupsMax)),
  labels: dictionary(text(limits.nameCharsMax), limits.labelsMax),
  /** executor kinds that members may use here */
  executors: list(choice('process', 'function'), 4),
  /** functions registered here */
  functions: list(text(limits.nameCharsMax, 1), limits.functionsMax),
  draining: Type.Boolean(),
  /** some tenants have quotas here, so that free room does not mean that a task may come */
  bounded: Type.Optional(Type.Literal(true)),
  custody: Type.Boolean(),
  priceMilli: int(),
  /** one line for people: model, cores, memory */
  summary: text(limits.nameCharsMax),
})
export type Offer = Static<typeof Offer>

/** A peer's advert: newest (incarnation, seq) wins; carries the membership certificate. */
export const Advert = strict({
  peer: PeerId,
  incarnation: Incarnation,
  /** the peer's proof of that incarnation, which any holder of the advert can show */
  proof: LifeProof,
  seq: int(2 ** 32),
  /** where to dial, multiaddrs */
  addresses: list(text(limits.nameCharsMax), 16),
  offer: Offer,
  /** work that the peer has and expects, as of this advert; a change of it alone waits for the next heartbeat */
  demand: Type.Optional(DemandDigest),
  certificate: Certificate,
  /** of the peer's own key over every other field; the driver signs and checks */
  signature: bytes(128),
})
export type Advert = Static<typeof Advert>

export function compareAdverts(
  a: { incarnation: number; seq: number },
  b: { incarnation: number; seq: number },
): number {
  return a.incarnation - b.incarnation || a.seq - b.seq
}
