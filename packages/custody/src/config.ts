import type { Millis } from '@souk/kernel'

/** Limits and times of custody. Defaults from protocol.md, "Starting timers"; guesses are marked. */
export interface CustodyConfig {
  /** a custodian counts a bearer as gone this long after it last heard of the lease */
  leaseMs: Millis
  /** added by the custodian before it acts on a lease that ran out */
  graceMs: Millis
  /** how often a bearer renews, and how long a task is held before it is renewed at all */
  renewMs: Millis
  /** the bearer stops its run this long after the last confirmed renewal: leaseMs less margin and clock drift */
  leaseStopMs: Millis
  /** how often a bearer looks for leases that ran out; bounds how late it stops */
  leaseCheckMs: Millis
  /** accepted tasks that have not ended; more are refused */
  openMax: number
  /** ended tasks kept with their results; the oldest go first */
  closedMax: number
  /** how long an ended task is kept at most */
  keepMs: Millis
  /** batons remembered after they left or ended here, so that a late copy is not taken again */
  batonMemoryMax: number
  /** how long at least (guess: longer than any frame can stay under way) */
  batonMemoryMs: Millis
  /** readers that are told of every change of one task */
  watchersMax: number
  /** a watch ends by itself after this long; readers renew it */
  watchMs: Millis
  /** tasks looked at for the listings of one other peer within a second; its further ones get no answer. Each costs
   * about 0.3 us: without a bound one frame of listings stops this peer for many seconds */
  listedPerSecondMax: number
  /** what could not be written is tried again after this long */
  storeRetryMs: Millis
  /** events kept of one task's life */
  timelineMax: number
}

export const defaultCustodyConfig: CustodyConfig = {
  leaseMs: 3_000,
  graceMs: 300,
  renewMs: 1_000,
  leaseStopMs: 2_850,
  leaseCheckMs: 200,
  openMax: 200_000,
  closedMax: 50_000,
  keepMs: 24 * 3_600_000,
  batonMemoryMax: 131_072,
  batonMemoryMs: 10_000,
  watchersMax: 64,
  watchMs: 60_000,
  listedPerSecondMax: 1_000_000,
  storeRetryMs: 1_000,
  timelineMax: 32,
}
