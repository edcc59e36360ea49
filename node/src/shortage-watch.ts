import { readShortages, type ShortageReadings } from '@souk/inventory'
import type { DriverLog } from '@souk/runtime'

/** Often enough to see a shortage before tasks are killed for it; a reading costs well below a millisecond. */
const readMs = 2_000

/** Reads every two seconds what this host has left of memory and disk, and says so. */
export class ShortageWatch {
  readonly #folder: string
  readonly #onReadings: (readings: ShortageReadings) => void
  readonly #log: DriverLog
  #timer: NodeJS.Timeout | undefined
  #reading = false

  constructor(folder: string, onReadings: (readings: ShortageReadings) => void, log: DriverLog) {
    this.#folder = folder
    this.#onReadings = onReadings
    this.#log = log
  }

  start(): void {
    this.#timer = setInterval(() => void this.#read(), readMs)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** One at a time: a disk that does not answer is not asked again. */
  async #read(): Promise<void> {
    if (this.#reading) return
    this.#reading = true
    try {
      const readings = await readShortages(this.#folder)
      if (this.#timer) this.#onReadings(readings)
    } catch (error) {
      this.#log('warn', 'what this host has left could not be read', { error })
    } finally {
      this.#reading = false
    }
  }
}
