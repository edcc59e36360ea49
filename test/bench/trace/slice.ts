import type { Job } from './swf.ts'

/** A part of a log. */
export interface Slice {
  /** those that ran when it began come first, with what was left of them */
  jobs: Job[]
  /** the first of those that were submitted in it: only from there on they count */
  first: number
}

/**
 * So many jobs that follow each other; of all such parts (each half a part later than the one before) the one that a
 * central scheduler lets wait most: where nothing waits there is nothing to compare. What ran by then by the log itself
 * runs from the start. `waitsS`: of each job with that scheduler.
 */
export function sliceOf(all: readonly Job[], waitsS: readonly number[], count: number): Slice {
  if (count >= all.length) return { jobs: [...all], first: 0 }
  const waitFrom = (from: number): number => waitsS.slice(from, from + count).reduce((sum, wait) => sum + wait, 0)
  let best = 0
  for (let from = 0; from + count <= all.length; from += Math.max(1, count >> 1))
    if (waitFrom(from) > waitFrom(best)) best = from
  const beganS = all[best]!.submitS
  const running = all.slice(0, best).flatMap((job) => {
    const startS = job.submitS + job.waitedS
    const leftS = startS + job.runS - beganS
    if (startS > beganS || leftS <= 0) return []
    const goneS = beganS - startS
    const limitS = job.limitS === undefined ? undefined : Math.max(leftS, job.limitS - goneS)
    return [{ ...job, submitS: beganS, waitedS: 0, runS: leftS, limitS }]
  })
  return { jobs: [...running, ...all.slice(best, best + count)], first: running.length }
}
