import type { TraceEvent } from './trace-event.ts'

/**
 * Which event it is, whether this page streamed it or the trace told it: those have whose it is, a number, and a time that
 * another clock was asked for.
 */
export function eventKey({ by, seq: _, wallMs: __, ...event }: TraceEvent, self: string): string {
  const fields = Object.entries(event).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([by ?? self, ...fields])
}

/** With those of the second list that are not in the first, oldest first. */
export function withOthers(first: readonly TraceEvent[], second: readonly TraceEvent[], self: string): TraceEvent[] {
  const known = new Set(first.map((event) => eventKey(event, self)))
  const others = second.filter((event) => !known.has(eventKey(event, self)))
  return [...first, ...others].sort((a, b) => a.wallMs - b.wallMs)
}
