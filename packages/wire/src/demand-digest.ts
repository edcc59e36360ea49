import type { Static } from '@sinclair/typebox'
import { limits } from './limits.ts'
import { int, list, strict, text } from './schema.ts'

/** so many buckets ahead a digest foretells */
export const digestAheads = [1, 3, 6, 12] as const

/** A count of arrivals in one bucket, in thousandths. */
const rate = int(2 ** 40)

/** What one peer has and expects of one class. Summed over the mesh it says what the class will need. */
export const ClassDigest = strict({
  class: text(limits.nameCharsMax, 1),
  /** tasks that run on its host, or wait with it for a place */
  present: int(2 ** 32),
  /** how long a run takes, in ms; 0: it does not know */
  runMs: int(2 ** 40),
  /** submitted to it in one bucket, so many ahead as `digestAheads` says: expected, and what is enough nearly always; empty: not foretold */
  expected: list(rate, digestAheads.length),
  enough: list(rate, digestAheads.length),
})
export type ClassDigest = Static<typeof ClassDigest>

/** The classes of which a peer has or expects most. It rides on its adverts, and is as old as the last heartbeat. */
export const DemandDigest = strict({
  bucketMs: int(2 ** 32, 1),
  classes: list(ClassDigest, limits.digestClassesMax),
})
export type DemandDigest = Static<typeof DemandDigest>
