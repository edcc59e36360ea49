import { EventQueue } from '@souk/sim'
import type { Job } from './swf.ts'

/** When each job starts, s; of the order of the jobs. */
export type Starts = number[]

/** Which of the waiting jobs start now, in the order they came; `start` starts one. */
type Policy = (waiting: readonly number[], room: Room) => number[]

/** What a central scheduler sees: it knows every processor at every moment. */
interface Room {
  jobs: readonly Job[]
  now: number
  /** free processors of each cluster */
  free: readonly number[]
  /** when each running job is over at the latest, by its limit, and what it gives back */
  running: ReadonlyMap<number, { byS: number; processors: number }>
  /** takes the processors of the cluster that it fits best; false: none has room for it */
  start(job: number): boolean
}

/** First come, first served, over all clusters: the first in line waits for room, and everybody waits for it. */
export function fcfs(jobs: readonly Job[], clusters: readonly number[]): Starts {
  return schedule(jobs, clusters, (waiting, room) => {
    const started = waiting.findIndex((job) => !room.start(job))
    return waiting.slice(started < 0 ? waiting.length : started)
  })
}

/**
 * EASY backfilling on one cluster: first come, first served; but a job that is not first may start if by its limit it
 * does not delay the first, which has room promised for when those that run must be over.
 * Lifka, "The ANL/IBM SP scheduling system", 1995; Mu'alem and Feitelson, 2001.
 */
export function easy(jobs: readonly Job[], processors: number): Starts {
  return schedule(jobs, [processors], (waiting, room) => {
    const blocked = waiting.findIndex((job) => !room.start(job))
    if (blocked < 0) return []
    const [first, ...others] = waiting.slice(blocked) as [number, ...number[]]
    const promise = promiseTo(jobs[first]!, room)
    return [first, ...others.filter((job) => !backfills(job, promise, room))]
  })
}

/** When the first in line starts at the latest, and how many processors are left over then. */
interface Promised {
  atS: number
  spare: number
}

function promiseTo({ processors }: Job, { free, running }: Room): Promised {
  let there = free[0]!
  for (const over of [...running.values()].sort((a, b) => a.byS - b.byS)) {
    there += over.processors
    if (there >= processors) return { atS: over.byS, spare: there - processors }
  }
  throw new Error(`a job of ${processors} processors never starts where there are ${there}`)
}

/** Starts it where that delays nobody who was promised room. */
function backfills(index: number, promise: Promised, room: Room): boolean {
  const { processors, limitS = Number.POSITIVE_INFINITY } = room.jobs[index]!
  const isOver = room.now + limitS <= promise.atS
  if (!isOver && processors > promise.spare) return false
  if (!room.start(index)) return false
  if (!isOver) promise.spare -= processors
  return true
}

/** Looks again whenever a job comes or ends. Throws where a job is wider than every cluster. */
function schedule(jobs: readonly Job[], clusters: readonly number[], policy: Policy): Starts {
  const widest = Math.max(...clusters)
  const tooWide = jobs.find(({ processors }) => processors > widest)
  if (tooWide)
    throw new Error(`job ${tooWide.id} takes ${tooWide.processors} processors; no cluster has over ${widest}`)
  const starts: Starts = jobs.map(() => Number.NaN)
  const ends = new EventQueue<() => void>()
  const free = [...clusters]
  const running = new Map<number, { byS: number; processors: number }>()
  const start = (index: number, now: number): boolean => {
    const { processors, runS, limitS = Number.POSITIVE_INFINITY } = jobs[index]!
    const cluster = bestFit(free, processors)
    if (cluster === undefined) return false
    starts[index] = now
    free[cluster]! -= processors
    running.set(index, { byS: now + limitS, processors })
    ends.push(now + runS, () => {
      free[cluster]! += processors
      running.delete(index)
    })
    return true
  }
  let waiting: number[] = []
  for (let next = 0; next < jobs.length || ends.size > 0; ) {
    const now = Math.min(jobs[next]?.submitS ?? Number.POSITIVE_INFINITY, ends.next() ?? Number.POSITIVE_INFINITY)
    while ((ends.next() ?? Number.POSITIVE_INFINITY) <= now) ends.pop()!()
    while (next < jobs.length && jobs[next]!.submitS <= now) waiting.push(next++)
    if (waiting.length > 0) waiting = policy(waiting, { jobs, now, free, running, start: (job) => start(job, now) })
  }
  return starts
}

/** The cluster with the least room that is enough; undefined: none has. */
function bestFit(free: readonly number[], processors: number): number | undefined {
  let best: number | undefined
  for (const [cluster, room] of free.entries()) {
    if (room >= processors && (best === undefined || room < free[best]!)) best = cluster
  }
  return best
}
