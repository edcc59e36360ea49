import { monitorEventLoopDelay } from 'node:perf_hooks'

/** How late the event loop was at worst since the last reading. */
export interface LagMeter {
  /** milliseconds, 0 when it was never late */
  read(): number
  stop(): void
}

/**
 * Often enough to see a pause that matters to failure detection (probes wait hundreds of milliseconds). At 20 ms
 * this alone cost an idle peer 0.2 % of a core.
 */
const resolutionMs = 50

export class EventLoopLag implements LagMeter {
  readonly #histogram = monitorEventLoopDelay({ resolution: resolutionMs })

  constructor() {
    this.#histogram.enable()
  }

  read(): number {
    const worstMs = this.#histogram.count === 0 ? 0 : this.#histogram.max / 1e6
    this.#histogram.reset()
    // The histogram holds whole intervals, the one that was asked for included.
    return Math.max(0, worstMs - resolutionMs)
  }

  stop(): void {
    this.#histogram.disable()
  }
}
