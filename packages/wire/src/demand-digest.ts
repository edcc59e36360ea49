import type { Static } from '@sinclair/typebox'
import { limits } from './limits.ts'
import { int, list, strict, text } from './schema.ts'

/** the buckets ahead for which a digest has a forecast */
export const digestAheads = [1, 3, 6, 12] as const

/** A count of arrivals in one bucket, in thousandths. */
const rate = int(2 ** 40)

/** The tasks of one class that a peer has and expects. Summed over the mesh it says what the class will need. */
export const ClassDigest = strict({
  class: text(limits.nameCharsMax, 1),
  /** tasks that run on the peer's host or wait with it to be placed */
  present: int(2 ** 32),
  /** how long a run takes, in ms; 0: not known */
  runMs: int(2 ** 40),
  /** forecast of submits to it in the buckets of `digestAheads`: expected, and what is nearly always enough; empty: none */
  expected: list(rate, digestAheads.length),
  enough: list(rate, digestAheads.length),
})
export type ClassDigest = Static<typeof ClassDigest>

/** The classes of which a peer has or expects most. It rides on the peer's adverts, so it is as old as the last heartbeat. */
export const DemandDigest = strict({
  bucketMs: int(2 ** 32, 1),
  classes: list(ClassDigest, limits.digestClassesMax),
})
export type DemandDigest = Static<typeof DemandDigest>
