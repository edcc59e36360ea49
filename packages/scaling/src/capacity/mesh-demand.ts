import type { Millis } from '@souk/kernel'
import { type ClassDigest, type DemandDigest, digestAheads } from '@souk/wire'

/** What the mesh has and will need of one class: slots, one for each task. */
export interface MeshClass {
  class: string
  /** that told of it */
  peers: number
  /** tasks that run or wait now */
  present: number
  /** of a run, as those say that know it; undefined: nobody does */
  runMs: Millis | undefined
  /** submitted a second, expected when a new peer would be there; undefined: nobody foretells it */
  perSecond: number | undefined
  /** tasks at once when a new peer would be there, and as long again after: enough nearly always */
  soon: number
  later: number
}

export interface MeshDemand {
  /** most needed soon first */
  classes: MeshClass[]
  /** of all classes together; undefined: nobody foretells anything */
  soon: number | undefined
  later: number | undefined
}

interface Told {
  bucketMs: Millis
  digest: ClassDigest
}

/** Tasks at once: expected, and how far more there may well be. */
interface Need {
  expected: number
  spread: number
}

/**
 * Sums what peers tell of each class. What is expected adds up; how far it may be exceeded adds up as errors do that know
 * nothing of each other, so thin demand of many peers is not taken for many bursts at once.
 *
 * Of a class with arrivals at a rate r and runs of d on average, after h there are N e^(-h/d) of the N of now left, and
 * r d (1 - e^(-h/d)) new ones (infinite servers, runs taken for exponential): where peers are short of slots it is more, which
 * those that wait say.
 */
export function sumDemand(digests: readonly DemandDigest[], startMs: Millis): MeshDemand {
  const byClass = new Map<string, Told[]>()
  for (const { bucketMs, classes } of digests) {
    for (const digest of classes) {
      const told = byClass.get(digest.class)
      if (told === undefined) byClass.set(digest.class, [{ bucketMs, digest }])
      else told.push({ bucketMs, digest })
    }
  }
  const soon: Need[] = []
  const later: Need[] = []
  const classes: MeshClass[] = []
  for (const [name, told] of byClass) {
    const needs = [needIn(told, startMs), needIn(told, 2 * startMs)] as const
    soon.push(needs[0])
    later.push(needs[1])
    classes.push({
      class: name,
      peers: told.length,
      present: presentOf(told),
      runMs: runMsOf(told),
      perSecond: told.some(isForetold) ? 1000 * rateIn(told, startMs).expected : undefined,
      soon: enoughOf([needs[0]]),
      later: enoughOf([needs[1]]),
    })
  }
  classes.sort((a, b) => b.soon - a.soon || (a.class < b.class ? -1 : 1))
  const known = [...byClass.values()].some((told) => told.some(isForetold))
  return { classes, soon: known ? enoughOf(soon) : undefined, later: known ? enoughOf(later) : undefined }
}

function needIn(told: readonly Told[], aheadMs: Millis): Need {
  const present = presentOf(told)
  const runMs = runMsOf(told)
  // Of what nobody knows how long it takes, what there is stays.
  if (runMs === undefined || !told.some(isForetold)) return { expected: present, spread: 0 }
  const gone = -Math.expm1(-aheadMs / runMs)
  const { bucketMs, expected, spread } = rateIn(told, aheadMs)
  const spanMs = runMs * gone
  // What comes in one bucket beyond what is expected says nothing of the next one.
  const buckets = Math.max(1, spanMs / bucketMs)
  return { expected: present * (1 - gone) + expected * spanMs, spread: (spread * spanMs) / Math.sqrt(buckets) }
}

/** Arrivals a millisecond, by what is foretold of the first bucket that ends no earlier, or of the last one there is. */
function rateIn(told: readonly Told[], aheadMs: Millis): Need & { bucketMs: Millis } {
  let expected = 0
  let variance = 0
  let longestMs = 1
  for (const { bucketMs, digest } of told) {
    const fits = digestAheads.findIndex((buckets) => buckets * bucketMs >= aheadMs)
    const last = Math.min(digest.expected.length, digest.enough.length) - 1
    if (last < 0) continue
    longestMs = Math.max(longestMs, bucketMs)
    const at = fits === -1 ? last : Math.min(fits, last)
    const point = digest.expected[at]!
    expected += point / 1000 / bucketMs
    variance += (Math.max(0, digest.enough[at]! - point) / 1000 / bucketMs) ** 2
  }
  return { bucketMs: longestMs, expected, spread: Math.sqrt(variance) }
}

function enoughOf(needs: readonly Need[]): number {
  const expected = needs.reduce((sum, need) => sum + need.expected, 0)
  return expected + Math.sqrt(needs.reduce((sum, { spread }) => sum + spread * spread, 0))
}

function presentOf(told: readonly Told[]): number {
  return told.reduce((sum, { digest }) => sum + digest.present, 0)
}

/** Each peer's word counts by how much it has to do with the class. */
function runMsOf(told: readonly Told[]): Millis | undefined {
  let weights = 0
  let sum = 0
  for (const { digest } of told) {
    if (digest.runMs === 0) continue
    const weight = 1 + digest.present + (digest.expected[0] ?? 0) / 1000
    weights += weight
    sum += weight * digest.runMs
  }
  return weights === 0 ? undefined : Math.round(sum / weights)
}

function isForetold({ digest }: Told): boolean {
  return digest.expected.length > 0 && digest.enough.length > 0
}
