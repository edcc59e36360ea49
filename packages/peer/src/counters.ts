import type { TraceType } from './trace.ts'

/** Counts of trace events by type, also of those that nobody reads. */
export class Counters {
  readonly #counts = new Map<TraceType | 'frames.in', number>()

  add(type: TraceType | 'frames.in'): void {
    this.#counts.set(type, (this.#counts.get(type) ?? 0) + 1)
  }

  snapshot(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)))
  }
}
