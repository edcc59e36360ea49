import type { Prng } from '@souk/kernel'
import { between, pickWeighted, type Range } from './distributions.ts'

/** The kinds of fault that happen at a time; loss and the like are the network's shape. */
export const faultKinds = ['partition', 'crash', 'freeze', 'disk-full'] as const
export type FaultKind = (typeof faultKinds)[number]

/** How often and how long; plain data. 0 a minute switches a kind off. */
export interface FaultRates {
  /** for the whole mesh */
  partitionsPerMinute: number
  partitionMs: Range
  oneWayShare: number
  /** for each node */
  crashesPerNodeMinute: number
  downMs: Range
  /** crashes of the host rather than the process: the others notice late */
  quietShare: number
  freezesPerNodeMinute: number
  freezeMs: Range
  diskFullPerNodeMinute: number
  diskFullMs: Range
}

/** One fault of a plan. Every fault ends by itself, before the plan does. */
export type Fault =
  | { kind: 'partition'; atMs: number; untilMs: number; sideA: number[]; oneWay: boolean }
  | { kind: 'crash'; atMs: number; untilMs: number; node: number; quiet: boolean }
  | { kind: 'freeze'; atMs: number; untilMs: number; node: number }
  | { kind: 'disk-full'; atMs: number; untilMs: number; node: number }

/** Everything that will go wrong, and when it is over. */
export interface FaultPlan {
  faults: Fault[]
  /** from here on the network is calm and every node is up */
  endMs: number
}

/** Draws the plan of one seed; the same seed and arguments give the same plan. */
export function drawFaults(rates: FaultRates, nodes: number, [startMs, endMs]: Range, prng: Prng): FaultPlan {
  const faults: Fault[] = []
  drawPartitions(rates, nodes, [startMs, endMs], prng.fork('partition'), faults)
  const nodeRates: [Exclude<FaultKind, 'partition'>, number, Range][] = [
    ['crash', rates.crashesPerNodeMinute, rates.downMs],
    ['freeze', rates.freezesPerNodeMinute, rates.freezeMs],
    ['disk-full', rates.diskFullPerNodeMinute, rates.diskFullMs],
  ]
  for (let node = 0; node < nodes; node++) drawNode(node, nodeRates, rates.quietShare, [startMs, endMs], prng, faults)
  faults.sort((a, b) => a.atMs - b.atMs)
  return { faults, endMs }
}

function drawPartitions(rates: FaultRates, nodes: number, [startMs, endMs]: Range, prng: Prng, faults: Fault[]): void {
  const perMinute = rates.partitionsPerMinute
  if (perMinute === 0 || nodes < 2) return
  for (let atMs = startMs + prng.exponential(60_000 / perMinute); atMs < endMs; ) {
    const untilMs = Math.min(endMs, atMs + between(prng, rates.partitionMs))
    const all = Array.from({ length: nodes }, (_, index) => index)
    const size = prng.chance(0.4) ? 1 : 1 + prng.below(nodes - 1)
    const sideA = prng.sample(all, size).sort((a, b) => a - b)
    faults.push({ kind: 'partition', atMs, untilMs, sideA, oneWay: prng.chance(rates.oneWayShare) })
    atMs += prng.exponential(60_000 / perMinute)
  }
}

/** The faults of one node, one after the other: a node that is down does not also freeze. */
function drawNode(
  node: number,
  kinds: readonly [Exclude<FaultKind, 'partition'>, number, Range][],
  quietShare: number,
  [startMs, endMs]: Range,
  root: Prng,
  faults: Fault[],
): void {
  const total = kinds.reduce((sum, [, perMinute]) => sum + perMinute, 0)
  if (total === 0) return
  const prng = root.fork(`node/${node}`)
  let atMs = startMs + prng.exponential(60_000 / total)
  while (atMs < endMs) {
    const [kind, , range] = pickWeighted(prng, kinds, ([, perMinute]) => perMinute)
    const untilMs = Math.min(endMs, atMs + between(prng, range))
    if (kind === 'crash') faults.push({ kind, atMs, untilMs, node, quiet: prng.chance(quietShare) })
    else faults.push({ kind, atMs, untilMs, node })
    atMs = untilMs + prng.exponential(60_000 / total)
  }
}
