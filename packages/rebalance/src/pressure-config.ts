import type { Millis } from '@souk/kernel'

/** What the driver measures of its host; a figure that it cannot measure is absent. */
export interface PressureReadings {
  /** greatest lag of the event loop since the last reading */
  lagMs?: Millis
  /** free share of the memory of this host or its container */
  memoryFreeShare?: number
  /** share of time in which all processes of the host stalled for want of memory (Linux PSI, `full avg10`) */
  memoryStallShare?: number
  /** free space on the disk that holds this peer's data */
  diskFreeBytes?: number
}

/** A reading is bad from `on` on and good again beyond `off`; in between nothing changes. If `on` < `off`, low is bad. */
export interface Bounds {
  on: number
  off: number
}

/** When a host is under pressure. All values are guesses. */
export interface PressureConfig {
  /** bounds that are too strict let a busy host idle; too lax, and it takes work that it cannot run */
  lagMs: Bounds
  memoryFreeShare: Bounds
  memoryStallShare: Bounds
  diskFreeBytes: Bounds
  /** bad readings in a row before there is pressure, so that one moment does not count */
  readingsMin: number
  /** pressure ends only after this long with good readings alone; shorter: work comes and goes */
  calmMs: Millis
  /** a reading older than this counts for nothing, so pressure by it ends */
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
