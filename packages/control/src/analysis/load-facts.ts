import { emptyRequest } from '@souk/kernel'
import { decideFit } from '@souk/market'
import type { HostLoad, LoadFacts, RunSpan, WaitingLot } from '@souk/rebalance'
import type { Shape } from '@souk/wire'
import type { SeenHost } from './seen-host.ts'
import { isRunning, isWaiting, type SeenTask } from './seen-task.ts'

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
  for (const task of tasks) {
    const run = runOf(task)
    if (run && task.host !== undefined) runs.get(task.host)?.push(run)
  }
  const loads = hosts.map(({ peer, offer, running = 0 }): HostLoad => {
    const { capacity, gpus, draining } = offer
    const seen = runs.get(peer)!
    const listed = seen.filter(({ toMs }) => toMs === undefined).length
    const unlisted = Math.min(running, capacity.slots) - listed
    for (let i = 0; i < unlisted; i++) seen.push({ request: emptyRequest(), fromMs: Infinity, toMs: undefined })
    return { peer, capacity, gpus, draining, runs: seen }
  })
  return { nowMs: nowWallMs, windowMs, hosts: loads, lots: lotsOf(tasks, hosts), roundTripMs }
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

const hostOf = ({ host, origin }: SeenTask): string => host ?? origin

function runOf(task: SeenTask): RunSpan | undefined {
  const { startedWallMs: fromMs, ranMs, needs } = task
  const { request } = needs
  // Of a run that has only begun its start may not be known yet.
  if (isRunning(task)) return { request, fromMs: fromMs ?? Infinity, toMs: undefined }
  if (task.state !== 'closed' || fromMs === undefined || ranMs === undefined) return undefined
  return { request, fromMs, toMs: fromMs + ranMs }
}

/** Waiting tasks that are alike and wait with the same bearer, the largest lots first. What is on its way waits for nothing. */
function lotsOf(tasks: readonly SeenTask[], hosts: readonly SeenHost[]): WaitingLot[] {
  const lots = new Map<string, WaitingLot>()
  const meanMs = meansOf(tasks)
  for (const task of tasks) {
    if (!isWaiting(task) || task.state === 'offered') continue
    const bearer = hostOf(task)
    const bound = task.state === 'queued'
    const key = JSON.stringify([bearer, bound, task.class, task.needs])
    const known = lots.get(key)
    if (known) known.count++
    else {
      const shape: Shape = { class: task.class, ...task.needs }
      const able = hosts.filter(({ offer }) => !decideFit(offer, shape)).map(({ peer }) => peer)
      const { request } = task.needs
      lots.set(key, { bearer, bound, class: task.class, count: 1, request, expectedMs: meanMs.get(task.class), able })
    }
  }
  return [...lots.entries()].sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1)).map(([, lot]) => lot)
}

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
