import type { Millis } from '@souk/kernel'

/** Limits and times of custody. Defaults from protocol.md, "Starting timers"; guesses are marked. */
export interface CustodyConfig {
  /** how long a lease lasts, on each custodian's own clock, from when it last heard the bearer renew it */
  leaseMs: Millis
  /** what a custodian waits beyond the lease before it acts: the bearer has stopped the run by then */
  graceMs: Millis
  /** how often a bearer renews its leases, and how old a baton must be to be renewed at all: short tasks cost nothing */
  renewMs: Millis
  /** the bearer stops its run so long after it sent the last renewal that a majority confirmed: leaseMs less margin, drift */
  leaseStopMs: Millis
  /** what was queued here, or came to wait here, so long ago is announced before it is renewed; shorter runs cost nothing */
  announceMs: Millis
  /** a new bearer that no majority has confirmed stops its run after this: custodians may recover what they know nothing of */
  unconfirmedStopMs: Millis
  /** how often a bearer looks for leases that ran out; bounds how late it stops a run */
  leaseCheckMs: Millis
  /** custodians of a task where there are three members or more: 3 or 5. More cost a write each */
  custodians: 3 | 5
  /** custodian of rank i waits i times this until it recovers a task: shorter, and two of them outbid each other's ballots */
  staggerMs: Millis
  /** a placement decision is written so long after it came, or with the task's end where that is earlier (guess) */
  decisionSaveMs: Millis
  /** a submit that its custodians were asked to store is answered within this: accepted, refused or unknown */
  submitMs: Millis
  /** a submit that waits for its turn to be stored is refused as `busy` after this: must be shorter than its client waits */
  queueMs: Millis
  /** a submit that was answered `unknown` is kept so long: late custodians may answer, or its client repeat the key */
  lingerMs: Millis
  /** a proposer repeats what was not answered after this */
  proposeMs: Millis
  /** a custodian that has been dead, or has left, for so long is replaced */
  replaceMs: Millis
  /** tasks moved or copied to other custodians within one second by this peer: more crowd out the work itself */
  successionsPerSecondMax: number
  /** a task whose outcome clients wait for is asked about after this, in case the news was lost */
  followMs: Millis
  /** submits in the queue and tasks that clients of this peer wait for, together; more are refused */
  submitsMax: number
  /** unfinished tasks that one custodian keeps; above it STOREs are refused */
  openMax: number
  /** ended tasks kept with their results; of the oldest above it only a tombstone stays: that and how they ended */
  closedMax: number
  /** ended tasks of which anything is kept, about 1 kB each; above it the oldest are forgotten: their keys would start anew */
  tombstonesMax: number
  /** how long an ended task is kept with its result */
  keepMs: Millis
  /** how long the tombstone is kept after that, so that a repeated key starts nothing new */
  tombstoneMs: Millis
  /** how often ended tasks that have outlived `keepMs` or `tombstoneMs` are looked for */
  sweepMs: Millis
  /** batons that a life remembers to have had, so that it takes no late copy; full of recent ones, it refuses handovers */
  batonMemoryMax: number
  /** how long each is remembered at least (guess: longer than any frame can stay under way) */
  batonMemoryMs: Millis
  /** bound of each list of those that wait for one task: its readers, cancellers, end watchers, local clients */
  watchersMax: number
  /** a watch ends by itself after this long; readers renew it */
  watchMs: Millis
  /** tasks looked at for the listings of one other peer within a second; its further requests get no answer. Each costs
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
