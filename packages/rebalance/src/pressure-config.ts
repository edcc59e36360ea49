import type { Millis } from '@souk/kernel'

/** What its driver measures of a host; what it cannot measure is absent. */
export interface PressureReadings {
  /** how late the event loop was at worst, since the reading before */
  lagMs?: Millis
  /** of the memory that this host, or its container, has: what is left */
  memoryFreeShare?: number
  /** of the time, in which every task of the host stood still for want of memory (Linux PSI, `full avg10`) */
  memoryStallShare?: number
  /** what is left where this peer keeps its data */
  diskFreeBytes?: number
}

/** A reading is too much at `on`, and well again only at `off`: in between nothing changes. */
export interface Bounds {
  on: number
  off: number
}

/** When a host is under pressure. All of them guesses. */
export interface PressureConfig {
  /** too low a bound and a busy host idles; too high, and it takes work that it cannot run */
  lagMs: Bounds
  memoryFreeShare: Bounds
  memoryStallShare: Bounds
  diskFreeBytes: Bounds
  /** readings in a row that are too much before it counts: a moment is none */
  readingsMin: number
  /** it is over only after so long without one that is not well: shorter, and work comes and goes */
  calmMs: Millis
  /** without any reading for so long nothing is known: it is over */
  readingMsMax: Millis
}

const mib = 2 ** 20

export const defaultPressureConfig: PressureConfig = {
  lagMs: { on: 1_000, off: 250 },
  memoryFreeShare: { on: 0.03, off: 0.08 },
  memoryStallShare: { on: 0.2, off: 0.05 },
  diskFreeBytes: { on: 128 * mib, off: 512 * mib },
  readingsMin: 3,
  calmMs: 5_000,
  readingMsMax: 30_000,
}
