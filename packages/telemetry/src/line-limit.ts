import type { Millis } from '@souk/kernel'
import type { TraceType } from '@souk/peer'

/** Lines of one type of event in one second; what another peer sends wrongly must not fill this host's disk. */
const linesPerSecondMax = 100
const windowMs = 1000

interface Window {
  since: Millis
  lines: number
  dropped: number
}

/** Says whether one more line of a type may be logged, by the time of its events. One window per type. */
export class LineLimit {
  readonly #windows = new Map<TraceType, Window>()

  /** undefined: drop it. Else the number of lines of this type that were dropped before it. */
  take(type: TraceType, at: Millis): number | undefined {
    const window = this.#windows.get(type)
    if (!window || at - window.since >= windowMs) {
      this.#windows.set(type, { since: at, lines: 1, dropped: 0 })
      return window?.dropped ?? 0
    }
    if (window.lines >= linesPerSecondMax) {
      window.dropped++
      return undefined
    }
    window.lines++
    return 0
  }
}
