import type { Millis } from '@souk/kernel'
import { EventLoopLag, type LagMeter } from './event-loop-lag.ts'
import type { Clock } from './ports.ts'

const readMs = 1000

/** Reads every second how late the event loop was. */
export class LagWatch {
  readonly #clock: Clock
  readonly #meter: LagMeter
  #cancel: () => void

  constructor(clock: Clock, onLag: (worst: Millis) => void, meter: LagMeter = new EventLoopLag()) {
    this.#clock = clock
    this.#meter = meter
    this.#cancel = this.#readLater(onLag)
  }

  stop(): void {
    this.#cancel()
    this.#meter.stop()
  }

  #readLater(onLag: (worst: Millis) => void): () => void {
    return this.#clock.after(readMs, () => {
      this.#cancel = this.#readLater(onLag)
      onLag(this.#meter.read())
    })
  }
}
