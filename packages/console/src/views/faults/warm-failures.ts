import { isWarmTrouble, type TraceEvent } from '../../live/trace-event.ts'

/** Workers of one class that did not get warm at one peer, or did not stay so. */
export interface WarmFailure {
  class: string
  /** undefined: the connected one */
  peer: string | undefined
  /** of the newest */
  code: string
  reason: string
  wallMs: number
  /** as often as it was told: of one that ended while it stood ready, at once and with the next answer */
  times: number
}

/** By class and peer, what happened last first. `events`: oldest first. */
export function warmFailuresOf(events: readonly TraceEvent[]): WarmFailure[] {
  const found = new Map<string, WarmFailure>()
  for (const event of events) {
    if (!isWarmTrouble(event)) continue
    const { by: peer, wallMs, code = '' } = event
    const key = `${event.class} ${peer}`
    const times = (found.get(key)?.times ?? 0) + 1
    found.set(key, { class: String(event.class), peer, code, reason: String(event.detail ?? ''), wallMs, times })
  }
  return [...found.values()].sort((a, b) => b.wallMs - a.wallMs)
}
