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
  /** a task held so long is told to its custodians at the next look; shorter ones cost nothing */
  announceMs: Millis
  /** a new bearer that no majority has confirmed stops its run after this: its custodians may not know of it */
  unconfirmedStopMs: Millis
  /** how often a bearer looks for leases that ran out; bounds how late it stops */
  leaseCheckMs: Millis
  /** custodians of a task where there are three members or more: 3 or 5. More cost a write each */
  custodians: 3 | 5
  /** custodian of rank i waits i times this until it recovers a task: shorter, and two of them get in each other's way */
  staggerMs: Millis
  /** how a task's place was chosen goes to disk so long after it was told, or with the end (guess) */
  decisionSaveMs: Millis
  /** a submit that its custodians were asked to store is answered within this: accepted, refused or unknown */
  submitMs: Millis
  /** a submit that waits for others to be stored first is refused as `busy` after this: shorter than its client waits */
  queueMs: Millis
  /** a submit that was answered `unknown` waits so long for its custodians yet, and for its key to come again */
  lingerMs: Millis
  /** a proposal whose answers do not come is said again after this */
  proposeMs: Millis
  /** a custodian that is dead or gone for so long is replaced */
  replaceMs: Millis
  /** tasks moved or copied to other custodians within one second by this peer: more crowd out the work itself */
  successionsPerSecondMax: number
  /** a client that waits for an outcome so long makes its peer ask for it, in case the news was lost */
  followMs: Millis
  /** submits and waiting clients' tasks of this peer at once; more are refused */
  submitsMax: number
  /** accepted tasks that have not ended; more are refused */
  openMax: number
  /** ended tasks kept with their results; of the oldest over it only that and how they ended is kept */
  closedMax: number
  /** ended tasks of which anything is kept, about 1 kB each; over it the oldest are forgotten, and their keys may come again */
  tombstonesMax: number
  /** how long an ended task is kept with its result */
  keepMs: Millis
  /** how long after that it is still known that and how it ended, so that its key starts nothing new */
  tombstoneMs: Millis
  /** how often what has outlived its time is looked for */
  sweepMs: Millis
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
  /** events kept of one task's life */
  timelineMax: number
}

export const defaultCustodyConfig: CustodyConfig = {
  leaseMs: 3_000,
  graceMs: 300,
  renewMs: 1_000,
  leaseStopMs: 2_850,
  announceMs: 100,
  unconfirmedStopMs: 1_500,
  leaseCheckMs: 200,
  custodians: 3,
  staggerMs: 500,
  decisionSaveMs: 1_000,
  submitMs: 1_000,
  queueMs: 8_000,
  lingerMs: 10_000,
  proposeMs: 500,
  replaceMs: 10_000,
  successionsPerSecondMax: 500,
  followMs: 5_000,
  submitsMax: 200_000,
  openMax: 200_000,
  closedMax: 50_000,
  tombstonesMax: 500_000,
  keepMs: 24 * 3_600_000,
  tombstoneMs: 24 * 3_600_000,
  sweepMs: 10_000,
  batonMemoryMax: 131_072,
  batonMemoryMs: 10_000,
  watchersMax: 64,
  watchMs: 60_000,
  listedPerSecondMax: 1_000_000,
  timelineMax: 32,
}
