import { emptyRequest, type ResourceRequest, shortage } from '@souk/kernel'
import { decideFit, decideTies, isZoned } from '@souk/market'
import type { HostLoad, LoadFacts, RunSpan, WaitingLot } from '@souk/rebalance'
import { requestsOf, type Ties, tiesOf } from '@souk/wire'
import type { SeenHost } from './seen-host.ts'
import { givenTo, isRunning, isWaiting, type SeenTask, waitsForTasks } from './seen-task.ts'
import { taskShape } from './task-shape.ts'

export interface SeenLoad {
  /** open now, or ended within the window */
  tasks: readonly SeenTask[]
  hosts: readonly SeenHost[]
  nowWallMs: number
  windowMs: number
  roundTripMs: number
}

/** Tasks and offers, as far as they tell how work is spread. */
export function loadFactsOf({ tasks: told, hosts, nowWallMs, windowMs, roundTripMs }: SeenLoad): LoadFacts {
  const runs = new Map<string, RunSpan[]>(hosts.map(({ peer }) => [peer, []]))
  const tasks = begunOf(told, hosts)
  const meanMs = meansOf(tasks)
  for (const task of tasks) {
    const run = runOf(task, meanMs.get(task.class))
    if (run && task.host !== undefined) runs.get(task.host)?.push(run)
  }
  const ties = tiesAt(tasks)
  const loads = hosts.map(({ peer, offer, running = 0, pressed, bytesPerMs }): HostLoad => {
    const { capacity, gpus, draining } = offer
    const seen = runs.get(peer)!
    const listed = seen.filter(({ toMs }) => toMs === undefined).length
    const unlisted = Math.min(running, capacity.slots) - listed
    for (let i = 0; i < unlisted; i++) seen.push({ request: emptyRequest(), fromMs: Infinity, toMs: undefined })
    return { peer, capacity, gpus, draining, pressed, runs: seen, bytesPerMs, ties: ties.get(peer) }
  })
  const lots = lotsOf(tasks, hosts, meanMs)
  return { nowMs: nowWallMs, windowMs, hosts: loads, lots, roundTripMs, decideTies }
}

/**
 * Custodians hear of a start only with the next renewal. Of the tasks that they think a host has not begun, the oldest are
 * those that it has: as many as it says to run beyond those that are listed so.
 */
function begunOf(tasks: readonly SeenTask[], hosts: readonly SeenHost[]): SeenTask[] {
  const left = new Map(hosts.map(({ peer, running = 0 }) => [peer, running]))
  for (const task of tasks) if (isRunning(task)) left.set(hostOf(task), (left.get(hostOf(task)) ?? 0) - 1)
  const begun = new Set<string>()
  for (const state of ['queued', 'offered', 'waiting']) {
    const inTurn = tasks.filter((task) => task.state === state).sort((a, b) => a.submittedWallMs - b.submittedWallMs)
    for (const task of inTurn) {
      const more = left.get(hostOf(task)) ?? 0
      if (more <= 0) continue
      left.set(hostOf(task), more - 1)
      begun.add(task.id)
    }
  }
  return tasks.map((task) => (begun.has(task.id) ? { ...task, host: hostOf(task), state: 'running' } : task))
}

/** What runs or is queued at each host, as far as it has ties. */
function tiesAt(tasks: readonly SeenTask[]): Map<string, Ties[]> {
  const there = new Map<string, Ties[]>()
  for (const task of tasks) {
    const ties = tiesOf(task.needs)
    if (!ties || !(isRunning(task) || task.state === 'queued')) continue
    const peer = hostOf(task)
    there.set(peer, [...(there.get(peer) ?? []), ties])
  }
  return there
}

const hostOf = ({ host, origin }: SeenTask): string => host ?? origin

function runOf(task: SeenTask, expectedMs: number | undefined): RunSpan | undefined {
  const { startedWallMs: fromMs, ranMs } = task
  const request = givenTo(task)
  // Of a run that has only begun its start may not be known yet.
  if (isRunning(task)) return { request, fromMs: fromMs ?? Infinity, toMs: undefined, expectedMs }
  if (task.state !== 'closed' || fromMs === undefined || ranMs === undefined) return undefined
  return { request, fromMs, toMs: fromMs + ranMs }
}

/** Waiting tasks that are alike and wait with the same bearer, the largest lots first. What is on its way waits for nothing, and what waits for tasks not for room. */
function lotsOf(
  tasks: readonly SeenTask[],
  hosts: readonly SeenHost[],
  meanMs: ReadonlyMap<string, number>,
): WaitingLot[] {
  const lots = new Map<string, WaitingLot & { tasks: string[] }>()
  const inTurn = [...tasks].sort((a, b) => a.submittedWallMs - b.submittedWallMs || (a.id < b.id ? -1 : 1))
  for (const task of inTurn) {
    if (!isWaiting(task) || task.state === 'offered' || waitsForTasks(task)) continue
    const bearer = hostOf(task)
    const bound = task.state === 'queued'
    const { inputBytes, moves, path: avoid } = task
    const inputs = inputBytes === undefined ? {} : { inputBytes, inputsAt: task.inputsAt ?? [task.origin] }
    // Inputs of about the same size are alike: the largest stands for them.
    const key = JSON.stringify([bearer, bound, task.class, task.needs, sizeOf(task), inputs.inputsAt, moves, avoid])
    const known = lots.get(key)
    if (known) {
      known.count++
      known.tasks.push(task.id)
      if (inputBytes !== undefined) known.inputBytes = Math.max(inputBytes, known.inputBytes ?? 0)
    } else {
      const shape = taskShape(task)
      // Where a zone has to agree, no plan can say where it may go.
      const able = isZoned(shape) ? [] : hosts.filter(({ offer }) => !decideFit(offer, shape))
      const { gang } = task.needs
      const expectedMs = meanMs.get(task.class)
      const like = {
        bearer,
        bound,
        class: task.class,
        request: likeliest(task, able),
        expectedMs,
        able: able.map(({ peer }) => peer),
        ties: tiesOf(task.needs),
        avoid,
        gang,
        ...inputs,
      }
      lots.set(key, { ...like, moves, count: 1, tasks: [task.id] })
    }
  }
  return [...lots.entries()].sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1)).map(([, lot]) => lot)
}

/** What it would rather have, of what some host could give it. */
function likeliest({ needs }: SeenTask, able: readonly SeenHost[]): ResourceRequest {
  const given = requestsOf(needs).find((request) => {
    return able.some(({ offer }) => !shortage(offer.capacity, request, offer.gpus))
  })
  return given ?? needs.request
}

const sizeOf = ({ inputBytes = 0 }: SeenTask): number => Math.ceil(Math.log2(inputBytes + 1))

/** How long runs of each class took, on average. */
function meansOf(tasks: readonly SeenTask[]): Map<string, number> {
  const sums = new Map<string, { count: number; ms: number }>()
  for (const { class: name, ranMs } of tasks) {
    if (ranMs === undefined) continue
    const { count, ms } = sums.get(name) ?? { count: 0, ms: 0 }
    sums.set(name, { count: count + 1, ms: ms + ranMs })
  }
  return new Map([...sums].map(([name, { count, ms }]) => [name, ms / count]))
}
