import { emptyRequest, emptyVector } from '@souk/kernel'
import { analyseLoad, type LoadAnalysis } from '@souk/rebalance'
import type { Served } from './mesh-run.ts'
import { hosts, roundTripMs, slots, slotsPerHost } from './stream.ts'

/** Slots that run, on average from one time to another. */
export function busySlots(served: readonly Served[], fromMs: number, toMs: number): number {
  const sum = served.reduce((total, { startMs, endMs }) => {
    return total + Math.max(0, Math.min(endMs, toMs) - Math.max(startMs, fromMs))
  }, 0)
  return sum / (toMs - fromMs)
}

/** The windows in which throughput is compared: shorter, and chance decides in a mesh with few slots. */
const defaultStepMs = 250
const enough = 0.95

/**
 * From the first submit until the mesh that is submitted to at one host does at least 95 % of the work that the evenly
 * submitted one does, and keeps to that until the end of the stream, window by window. Infinite: it never does.
 */
export function recoveryS(
  skewed: readonly Served[],
  even: readonly Served[],
  spanMs: number,
  stepMs = defaultStepMs,
): number {
  const first = Math.min(...skewed.map(({ submittedMs }) => submittedMs))
  const evenFirst = Math.min(...even.map(({ submittedMs }) => submittedMs))
  let since = 0
  for (let atMs = 0; atMs + stepMs <= spanMs; atMs += stepMs) {
    const here = busySlots(skewed, first + atMs, first + atMs + stepMs)
    const there = busySlots(even, evenFirst + atMs, evenFirst + atMs + stepMs)
    if (here < enough * there) since = atMs + stepMs
  }
  return since + stepMs > spanMs ? Number.POSITIVE_INFINITY : since / 1_000
}

/** A slot counts while it is idle and a task has waited for more than two round trips; each such task takes one. */
export function strandedPct(served: readonly Served[], fromMs: number, toMs: number): number {
  const changes = served.flatMap(({ submittedMs, startMs, endMs }) => {
    const waitsFromMs = submittedMs + 2 * roundTripMs
    const waits = waitsFromMs < startMs ? [{ atMs: waitsFromMs, waiting: 1, busy: 0 }] : []
    return [...waits, { atMs: startMs, waiting: -waits.length, busy: 1 }, { atMs: endMs, waiting: 0, busy: -1 }]
  })
  changes.sort((a, b) => a.atMs - b.atMs)
  let stranded = 0
  let waiting = 0
  let busy = 0
  let lastMs = fromMs
  for (const change of changes) {
    const untilMs = Math.min(toMs, Math.max(lastMs, change.atMs))
    stranded += Math.max(0, Math.min(slots - busy, waiting)) * (untilMs - lastMs)
    lastMs = untilMs
    waiting += change.waiting
    busy += change.busy
  }
  return (100 * stranded) / (slots * (toMs - fromMs))
}

/** As `souk balance` sees the window that ends then. */
export function imbalanceAt(
  served: readonly Served[],
  nowMs: number,
  windowMs: number,
  mesh: { hosts: number; slotsPerHost: number } = { hosts, slotsPerHost },
): LoadAnalysis['imbalance'] {
  const all = Array.from({ length: mesh.hosts }, (_, host) => ({
    peer: `${host}`,
    capacity: { ...emptyVector(), slots: mesh.slotsPerHost },
    draining: false,
    runs: served
      .filter((task) => task.host === host && task.startMs < nowMs)
      .map(({ startMs, endMs }) => ({
        request: emptyRequest(),
        fromMs: startMs,
        toMs: endMs > nowMs ? undefined : endMs,
      })),
  }))
  return analyseLoad({ nowMs, windowMs, hosts: all, lots: [], roundTripMs }).imbalance
}

/** Handovers beyond the first of each task. */
export function movesPct(served: readonly Served[]): number {
  return (100 * served.reduce((sum, { handovers }) => sum + Math.max(0, handovers - 1), 0)) / served.length
}
