import type { Millis } from '@souk/kernel'
import type { PressureConfig, PressureReadings } from './pressure-config.ts'

/** Why a host takes nothing now. */
export interface PressureCause {
  code: 'memory-pressure' | 'disk-pressure' | 'overload'
  /** what was measured, and at what value the pressure ends */
  detail: string
}

type Reading = keyof PressureReadings

interface Gauge {
  reading: Reading
  code: PressureCause['code']
  text(value: number): string
}

const percent = (share: number): string => `${Math.round(share * 100)} %`
const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`

/** All gauges; of several that are bad the first is named. */
const gauges: readonly Gauge[] = [
  { reading: 'memoryFreeShare', code: 'memory-pressure', text: (share) => `${percent(share)} of memory left` },
  {
    reading: 'memoryStallShare',
    code: 'memory-pressure',
    text: (share) => `everything stands still for memory ${percent(share)} of the time`,
  },
  { reading: 'diskFreeBytes', code: 'disk-pressure', text: (bytes) => `${mebibytes(bytes)} of disk left` },
  { reading: 'lagMs', code: 'overload', text: (ms) => `the event loop is ${Math.round(ms)} ms late` },
]

interface State {
  /** bad readings in a row */
  times: number
  on: boolean
  /** when the last reading came, and the last that was not good */
  heardMs: Millis
  badMs: Millis
  value: number
}

/** Decides from the driver's readings whether this host is under pressure, with hysteresis. O(1) a reading. */
export class Pressure {
  readonly #config: PressureConfig
  readonly #states = new Map<Reading, State>()
  #since: Millis | undefined

  constructor(config: PressureConfig) {
    this.#config = config
  }

  /** Takes readings; returns whether pressure began or ended by them. */
  note(readings: PressureReadings, now: Millis): 'began' | 'ended' | undefined {
    for (const { reading } of gauges) {
      const value = readings[reading]
      if (value !== undefined) this.#noteOne(reading, value, now)
    }
    return this.#changed(now)
  }

  /** Drops readings that are too old. */
  forget(now: Millis): 'ended' | undefined {
    for (const [reading, { heardMs }] of this.#states) {
      if (now - heardMs >= this.#config.readingMsMax) this.#states.delete(reading)
    }
    return this.#changed(now) as 'ended' | undefined
  }

  /** When the first reading on which pressure rests will be too old. */
  get staleMs(): Millis | undefined {
    const on = [...this.#states.values()].filter((state) => state.on)
    return on.length === 0 ? undefined : Math.min(...on.map(({ heardMs }) => heardMs)) + this.#config.readingMsMax
  }

  get sinceMs(): Millis | undefined {
    return this.#since
  }

  /** Why there is pressure; undefined: there is none. */
  get cause(): PressureCause | undefined {
    for (const { reading, code, text } of gauges) {
      const state = this.#states.get(reading)
      if (!state?.on) continue
      return { code, detail: `${text(state.value)}; it ends at: ${text(this.#config[reading].off)}` }
    }
    return undefined
  }

  #noteOne(reading: Reading, value: number, now: Millis): void {
    const { on, off } = this.#config[reading]
    const state = this.#states.get(reading) ?? { times: 0, on: false, heardMs: now, badMs: now, value }
    this.#states.set(reading, state)
    // High lag is bad, but low free memory is.
    const beyond = (bound: number): boolean => (on > off ? value >= bound : value <= bound)
    const tooMuch = beyond(on)
    const well = !beyond(off)
    state.value = value
    state.heardMs = now
    state.times = tooMuch ? state.times + 1 : 0
    if (!well) state.badMs = now
    if (state.times >= this.#config.readingsMin) state.on = true
    else if (state.on && well && now - state.badMs >= this.#config.calmMs) state.on = false
  }

  #changed(now: Millis): 'began' | 'ended' | undefined {
    const on = this.cause !== undefined
    if (on === (this.#since !== undefined)) return undefined
    this.#since = on ? now : undefined
    return on ? 'began' : 'ended'
  }
}
