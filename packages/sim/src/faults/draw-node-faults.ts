import type { Prng } from '@souk/kernel'
import { between, pickWeighted, type Range } from '../distributions.ts'
import { type Fault, type KillWrites, type NodeFaultKind, nodeFaultKinds } from './fault.ts'
import type { FaultRates } from './fault-rates.ts'
import { drawRemoval } from './removal.ts'

/** The faults of every node, each one after the other: a node that is down does not also freeze. */
export function drawNodeFaults(rates: FaultRates, nodes: number, span: Range, root: Prng): Fault[] {
  const kinds = nodeFaultKinds.map((kind) => [kind, rates.perMinute[kind] ?? 0] as const)
  const total = kinds.reduce((sum, [, perMinute]) => sum + perMinute, 0)
  if (total === 0) return []
  return Array.from({ length: nodes }, (_, node) => drawNode(node, kinds, total, rates, span, root)).flat()
}

function drawNode(
  node: number,
  kinds: readonly (readonly [NodeFaultKind, number])[],
  total: number,
  rates: FaultRates,
  [startMs, endMs]: Range,
  root: Prng,
): Fault[] {
  const prng = root.fork(`node/${node}`)
  const more = root.fork(`node/${node}/more`)
  const faults: Fault[] = []
  let atMs = startMs + prng.exponential(60_000 / total)
  while (atMs < endMs) {
    const [kind] = pickWeighted(prng, kinds, ([, perMinute]) => perMinute)
    const untilMs = Math.min(endMs, atMs + between(prng, rates.lastsMs[kind]))
    const quiet = kind === 'crash' && prng.chance(rates.quietShare)
    faults.push(drawOne(kind, { atMs, untilMs, node }, { quiet, startMs }, rates, more))
    atMs = untilMs + prng.exponential(60_000 / total)
  }
  return faults
}

function drawOne(
  kind: NodeFaultKind,
  at: { atMs: number; untilMs: number; node: number },
  { quiet, startMs }: { quiet: boolean; startMs: number },
  rates: FaultRates,
  prng: Prng,
): Fault {
  switch (kind) {
    case 'crash': {
      const weights = Object.entries(rates.killWrites) as [KillWrites, number][]
      return { kind, ...at, quiet, writes: pickWeighted(prng, weights, ([, weight]) => weight)[0] }
    }
    case 'slow':
      return { kind, ...at, lagMs: between(prng, rates.slowLagMs) }
    case 'clock-jump': {
      const max = rates.clockJumpMsMax
      return { kind, ...at, byMs: Math.round(between(prng, [-max, max])) }
    }
    case 'rollback':
      return { kind, ...at, imageAtMs: Math.max(startMs, at.atMs - between(prng, rates.imageAgeMs)) }
    case 'loss':
      return {
        kind,
        ...at,
        returns: prng.chance(rates.returnsShare),
        ...drawRemoval(0, prng.fork(`removed/${at.atMs}`)),
      }
    case 'freeze':
    case 'disk-full':
    case 'bit-flip':
      return { kind, ...at }
  }
}
