import type { Millis, Quotas } from '@souk/kernel'

/** Limits and times of what a host runs. Guesses are marked. */
export interface HostConfig {
  /** runs that may wait here; binding is late, so a long queue only hides tasks from idle hosts. Range 1..10,000 */
  queueMax: number
  /** a waiting run rises one priority after this long (guess); too short makes priorities meaningless */
  ageingMs: Millis
  /** once the first in line has waited this long for room, nothing overtakes it any more (guess) */
  overtakeMsMax: Millis
  /** how many behind the first are looked at for one that fits; bounds the work of a turn */
  overtakeScanMax: number
  /** live output kept of each run for who follows late; a ring */
  outputTailBytesMax: number
  /** short runs that may be lined up behind one that runs, which their executor begins without asking. Range 0..32; 0: none */
  lineMax: number
  /** beside the first, no more than this much work behind one run (guess: what the way to the host and back takes when busy) */
  lineAheadMs: Millis
  /** runs of classes that take longer on average, or have taken longer already, neither follow nor are followed (guess) */
  lineRunMsMax: Millis
  /** what has not begun by then is taken back: the run before it takes longer than such runs do */
  lineMsMax: Millis
  /** tenants entitled to more than others of what waits here: 2 is twice as much; without one it is 1. Above 0 */
  tenantWeights: Readonly<Record<string, number>>
  /** what each tenant may hold here at once: promised, waiting and running. `*` is for each that has none of its own */
  quotas: Quotas
}

export const defaultHostConfig: HostConfig = {
  queueMax: 1024,
  ageingMs: 30_000,
  overtakeMsMax: 5_000,
  overtakeScanMax: 16,
  outputTailBytesMax: 256 * 1024,
  lineMax: 16,
  lineAheadMs: 4,
  lineRunMsMax: 100,
  lineMsMax: 100,
  tenantWeights: {},
  quotas: {},
}
