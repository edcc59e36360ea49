import type { Millis } from '@souk/kernel'
import { type ClassDigest, type DemandDigest, limits } from '@souk/wire'
import type { ClassDemand } from './class-demand.ts'
import type { DemandView } from './views.ts'

/** No message may say more. */
const countMax = 2 ** 32
const runMsMax = 2 ** 40

/**
 * What the mesh should know of these classes: of those with most work now and soon, `limits.digestClassesMax` at most.
 * Arrivals are told rather than runs, since runs are bounded by the slots that there are.
 */
export function digestOf(classes: readonly ClassDemand[], view: DemandView, bucketMs: Millis): DemandDigest {
  const waiting = view.waiting()
  const told = classes
    .map((demand) => digestOfClass(demand, waiting.get(demand.name) ?? 0, view.runMs(demand.name)))
    .filter(({ present, enough }) => present > 0 || enough.some((rate) => rate > 0))
    .map((digest) => ({ digest, work: workOf(digest, bucketMs) }))
    .sort((a, b) => b.work - a.work || (a.digest.class < b.digest.class ? -1 : 1))
  return { bucketMs, classes: told.slice(0, limits.digestClassesMax).map(({ digest }) => digest) }
}

function digestOfClass({ name, open, ahead }: ClassDemand, waiting: number, runMs: Millis | undefined): ClassDigest {
  return {
    class: name,
    present: Math.min(countMax, open.running + waiting),
    // What takes less than a millisecond takes one: 0 says that nobody knows.
    runMs: runMs === undefined ? 0 : Math.min(runMsMax, Math.max(1, Math.round(runMs))),
    expected: ahead.expected,
    enough: ahead.enough,
  }
}

/** Tasks at once, about: those there are, and those that will be once arrivals have gone on for a while. */
function workOf({ present, runMs, enough }: ClassDigest, bucketMs: Millis): number {
  return present + (Math.max(0, ...enough) / 1000) * (Math.max(1, runMs) / bucketMs)
}
