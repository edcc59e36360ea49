import type { Prng } from '@souk/kernel'
import { between, type Range } from '../distributions.ts'
import { leaveMsMax } from '../turnover.ts'
import { type Fault, lies } from './fault.ts'
import type { FaultRates } from './fault-rates.ts'
import { drawRemoval } from './removal.ts'

/**
 * Members that come late, leave for good, lie, drain, or are removed: one of each at most; who drains may also be the one that leaves. In the
 * smallest meshes they only drain.
 */
export function drawMemberFaults({ members }: FaultRates, nodes: number, [startMs, endMs]: Range, prng: Prng): Fault[] {
  if (nodes < 4) {
    const drain = drawDrain(members.drain ?? 0, { nodes, leave: undefined }, [startMs, endMs], prng.fork('drain'))
    return drain ? [drain] : []
  }
  // The first nodes have the clients: what happens to the last ones is seen by them.
  const pool = prng.sample(
    Array.from({ length: nodes - 1 }, (_, index) => index + 1),
    3,
  )
  const faults: Fault[] = []
  const spanMs = endMs - startMs
  const late = prng.chance(members['late-join'] ?? 0)
  const leaving = prng.chance(members.leave ?? 0)
  const lying = prng.chance(members.liar ?? 0)
  if (late) faults.push({ kind: 'late-join', atMs: 0, untilMs: startMs + prng.float() * spanMs, node: pool[0]! })
  if (leaving) {
    const atMs = startMs + prng.float() * spanMs
    const removed = drawRemoval(leaveMsMax, prng.fork('removed'))
    faults.push({ kind: 'leave', atMs, untilMs: endMs, node: pool[1]!, ...removed })
  }
  if (lying) {
    const told = prng.sample(lies, 1 + prng.below(lies.length)).sort()
    const everyMs = between(prng, [50, 1000])
    faults.push({ kind: 'liar', atMs: startMs, untilMs: endMs, node: pool[2]!, lies: told, everyMs })
  }
  const drain = drawDrain(
    members.drain ?? 0,
    { nodes, leave: faults.find(({ kind }) => kind === 'leave') },
    [startMs, endMs],
    prng.fork('drain'),
  )
  if (drain) faults.push(drain)
  const removal = drawLivingRemoval(members.removal ?? 0, { nodes, faults }, [startMs, endMs], prng.fork('removal'))
  return removal ? [...faults, removal] : faults
}

/** One that is there for the whole of the run until then, not the first: removed members are few, and each is a host less. */
function drawLivingRemoval(
  chance: number,
  { nodes, faults }: { nodes: number; faults: readonly Fault[] },
  [startMs, endMs]: Range,
  prng: Prng,
): Fault | undefined {
  if (!prng.chance(chance)) return undefined
  const others = new Set(faults.flatMap((fault) => ('node' in fault && fault.kind !== 'drain' ? [fault.node] : [])))
  const free = Array.from({ length: nodes - 1 }, (_, index) => index + 1).filter((node) => !others.has(node))
  if (free.length === 0) return undefined
  const atMs = startMs + prng.float() * (endMs - startMs)
  return { kind: 'removal', atMs, untilMs: endMs, node: prng.pick(free), returns: prng.chance(0.5) }
}

/** Half of those that leave drain first, and then to the end. */
function drawDrain(
  chance: number,
  { nodes, leave }: { nodes: number; leave: Fault | undefined },
  [startMs, endMs]: Range,
  prng: Prng,
): Fault | undefined {
  if (!prng.chance(chance)) return undefined
  const deadline = prng.chance(0.5) ? { deadlineMs: between(prng, [0, 5000]) } : {}
  if (leave?.kind === 'leave' && prng.chance(0.5)) {
    const atMs = Math.max(startMs, leave.atMs - between(prng, [0, 5000]))
    return { kind: 'drain', atMs, untilMs: endMs, node: leave.node, ...deadline }
  }
  const atMs = startMs + (prng.float() * (endMs - startMs)) / 2
  const untilMs = Math.min(endMs, atMs + between(prng, [100, 20_000]))
  return { kind: 'drain', atMs, untilMs, node: prng.below(nodes), ...deadline }
}
