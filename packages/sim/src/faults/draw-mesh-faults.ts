import type { Prng } from '@souk/kernel'
import { between, type Range } from '../distributions.ts'
import { type Fault, type MeshFaultKind, meshFaultKinds, type Pair } from './fault.ts'
import type { FaultRates } from './fault-rates.ts'

/** What happens to the mesh as a whole: each kind in its own stream, at random times that may overlap. */
export function drawMeshFaults(rates: FaultRates, nodes: number, span: Range, root: Prng): Fault[] {
  if (nodes < 2) return []
  return meshFaultKinds.flatMap((kind) => drawKind(kind, rates, nodes, span, root.fork(kind)))
}

function drawKind(kind: MeshFaultKind, rates: FaultRates, nodes: number, [startMs, endMs]: Range, prng: Prng): Fault[] {
  const perMinute = rates.perMinute[kind] ?? 0
  if (perMinute === 0) return []
  const faults: Fault[] = []
  for (let atMs = startMs + prng.exponential(60_000 / perMinute); atMs < endMs; ) {
    const untilMs = Math.min(endMs, atMs + between(prng, rates.lastsMs[kind]))
    faults.push(drawOne(kind, { atMs, untilMs }, rates, nodes, prng))
    atMs += prng.exponential(60_000 / perMinute)
  }
  return faults
}

function drawOne(
  kind: MeshFaultKind,
  span: { atMs: number; untilMs: number },
  rates: FaultRates,
  nodes: number,
  prng: Prng,
): Fault {
  const all = Array.from({ length: nodes }, (_, index) => index)
  switch (kind) {
    case 'partition': {
      const size = prng.chance(0.4) ? 1 : 1 + prng.below(nodes - 1)
      const sideA = prng.sample(all, size).sort((a, b) => a - b)
      return { kind, ...span, sideA, oneWay: prng.chance(rates.oneWayShare) }
    }
    case 'partial':
      return { kind, ...span, pairs: drawPairs(nodes, prng), oneWay: prng.chance(rates.oneWayShare) }
    case 'flapping': {
      const [downMs, upMs] = [between(prng, [50, 2500]), between(prng, [50, 2500])]
      return { kind, ...span, pairs: drawPairs(nodes, prng), downMs, upMs }
    }
    case 'swizzle': {
      const { atMs, untilMs } = span
      const half = (untilMs - atMs) / 2
      const clogs = prng.sample(all, 1 + prng.below(nodes)).map((node) => {
        return { node, atMs: atMs + prng.float() * half, untilMs: untilMs - prng.float() * half }
      })
      return { kind, ...span, clogs }
    }
    case 'mass-rejoin': {
      const size = prng.chance(0.5) ? nodes : Math.floor(nodes / 2) + 1
      return { kind, ...span, nodes: prng.sample(all, size).sort((a, b) => a - b) }
    }
  }
}

/** One to half of all the pairs there are. */
function drawPairs(nodes: number, prng: Prng): Pair[] {
  const pairs: Pair[] = []
  for (let a = 0; a < nodes; a++) for (let b = a + 1; b < nodes; b++) pairs.push([a, b])
  return prng.sample(pairs, 1 + prng.below(Math.ceil(pairs.length / 2)))
}
