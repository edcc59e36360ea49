import type { TraceEvent } from '@souk/peer'

/**
 * How often each type of event happened, `task.closed` also by outcome: a closed set of names, so it cannot grow.
 * Attached, it makes the peer hand out its trace events; what is needed always is in the peer's own counters.
 */
export class TraceCounters {
  readonly #counts = new Map<string, number>()

  readonly listener = (event: TraceEvent): void => {
    this.#add(event.type)
    if (event.type === 'task.closed') this.#add(`${event.type}.${event.kind}`)
  }

  /** by name, in alphabetical order */
  read(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  #add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
  }
}
