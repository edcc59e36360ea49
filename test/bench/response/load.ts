import { Prng } from '@souk/kernel'
import {
  type Arrival,
  type Duration,
  drawDuration,
  meanDuration,
  pickWeighted,
  plainDraft,
  type TaskClass,
} from '@souk/sim'

/** The mesh of the response bench. Submitters are peers of their own, without slots: no task starts where it is submitted. */
export const hosts = 100
export const slotsPerHost = 8
export const submitters = 20
export const oneWayMs = 5
export const roundTripMs = 2 * oneWayMs

export const slots = hosts * slotsPerHost

const shape = { cpuMilli: 1000, memoryBytes: 2 ** 30, slots: 1 }

/** What is submitted: 1.9 slot-seconds a task on average, half of them by the few that take two slots. */
export const classes: readonly TaskClass[] = [
  { name: 'short', weight: 60, duration: { kind: 'exponential', meanMs: 1000 }, ...shape },
  { name: 'varied', weight: 30, duration: { kind: 'hyperexponential', meanMs: 1000, cv: 3 }, ...shape },
  { name: 'wide', weight: 10, duration: { kind: 'exponential', meanMs: 5000 }, ...shape, cpuMilli: 2000, slots: 2 },
]

/** One stream of tasks. Plain data, so that a thread can make it anew. */
export interface Load {
  seed: number
  /** offered slot-seconds by what the hosts have; over 1 a backlog builds up */
  rho: number
  warmUpMs: number
  /** tasks that come within so long after the warm-up are measured */
  spanMs: number
  /** as many again come as fast for so long after, so that the last ones measured are not alone */
  tailMs: number
  /** whether a host is one of the submitters (local first) instead of a peer of its own */
  hostsSubmit: boolean
  durability: 'quorum' | 'none'
}

/** A task as both the mesh and the baselines get it. */
export interface Task {
  atMs: number
  ms: number
  slots: number
  measured: boolean
  arrival: Arrival
}

/**
 * A Poisson stream over the submitters. At its beginning come the tasks that a steady state would have running, each
 * with what would be left of it: so the warm-up need not outlast the longest tasks.
 */
export function drawLoad(load: Load): Task[] {
  const prng = new Prng(load.seed, 'response')
  const tasks: Task[] = []
  const add = (atMs: number, taskClass: TaskClass, ms: number): void => {
    const draft = plainDraft(load.seed, tasks.length, taskClass, Math.max(0.001, Math.round(ms * 1000) / 1000))
    draft.spec.durability = load.durability
    const measured = atMs >= load.warmUpMs && atMs < load.warmUpMs + load.spanMs
    const arrival = { atMs, node: prng.below(submitters), draft }
    tasks.push({ atMs, ms: draft.ms, slots: taskClass.slots, measured, arrival })
  }
  const perMs = arrivalsPerMs(load.rho)
  for (const taskClass of classes) {
    const { duration, weight } = taskClass
    const running = arrivalsPerMs(Math.min(1, load.rho)) * (weight / weights) * meanDuration(duration)
    for (let i = 0; i < Math.round(running); i++) add(0, taskClass, drawResidual(prng, duration))
  }
  const endMs = load.warmUpMs + load.spanMs + load.tailMs
  for (let at = prng.exponential(1 / perMs); at < endMs; at += prng.exponential(1 / perMs)) {
    const taskClass = pickWeighted(prng, classes, ({ weight }) => weight)
    add(at, taskClass, drawDuration(prng, taskClass.duration))
  }
  return tasks
}

/** Tasks a millisecond that keep so much of the slots busy. */
export function arrivalsPerMs(rho: number): number {
  return (rho * slots) / classes.reduce((sum, c) => sum + (c.weight / weights) * c.slots * meanDuration(c.duration), 0)
}

const weights = classes.reduce((sum, { weight }) => sum + weight, 0)

/** What is left of a task that runs at any moment of a steady state. */
function drawResidual(prng: Prng, duration: Duration): number {
  if (duration.kind !== 'hyperexponential') return drawDuration(prng, duration)
  // At any moment either of its two exponentials, which have balanced means, has as many running.
  const square = duration.cv * duration.cv
  const p = 0.5 * (1 + Math.sqrt((square - 1) / (square + 1)))
  return prng.exponential(duration.meanMs / (2 * (prng.chance(0.5) ? p : 1 - p)))
}
