import type { TraceEvent } from '@souk/peer'
import type { SimNode } from './node.ts'
import type { Watch } from './watch.ts'

/** Counts and times of one run, from the trace. */
export class Stats implements Watch {
  readonly decisionsMs: number[] = []
  readonly auctionsMs: number[] = []
  /** tasks placed, by how */
  readonly placed = new Map<string, number>()
  readonly traces = new Map<string, number>()

  onTrace(_node: SimNode, event: TraceEvent): void {
    count(this.traces, event.type)
    if (event.type !== 'task.awarded') return
    const { how, decisionMs, auctionMs } = event.decision
    count(this.placed, how)
    this.decisionsMs.push(decisionMs)
    if (how === 'auction') this.auctionsMs.push(auctionMs)
  }
}

/** One more of a kind. */
export function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

/** The value at most `share` of the samples are over; undefined without samples. */
export function percentile(samples: readonly number[], share: number): number | undefined {
  return samples.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(samples.length * share) - 1)]
}
