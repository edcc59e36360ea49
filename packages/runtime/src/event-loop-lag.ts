import { monitorEventLoopDelay } from 'node:perf_hooks'

/** How late the event loop was at worst since the last reading. */
export interface LagMeter {
  /** milliseconds, 0 when it was never late */
  read(): number
  stop(): void
}

/**
 * Often enough to see a pause that matters to failure detection (probes wait hundreds of milliseconds). Each
 * look is a wake-up of an idle peer: at 20 ms they alone cost it 0.2 % of a core.
 */
const resolutionMs = 200

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
