import type { Millis } from '@souk/kernel'
import type { ClassObjective } from './class-objective.ts'

/** Limits and times of the market. Defaults from protocol.md section 3 and "Starting timers"; guesses are marked. */
export interface MarketConfig {
  /** peers asked for a quote (d); more costs messages and, without holds, races (algorithms.md 0.2) */
  askedMax: number
  /** the same for classes that need more than one kind of resource */
  askedMaxMulti: number
  /** rounds of asking for a lot before it waits; the second asks others than the first, twice as many */
  roundsMax: number
  /** with at most this many candidates all are asked */
  askAllMax: number
  /** bids with room that an auction should find: the best, two alternates, and one that is gone by then (guess) */
  bidsWanted: number
  /** peers asked at most where so few have room that it takes more to find those (guess) */
  askedMaxScarce: number
  /** an auction closes after clamp(1.5 RTTp95 + 2, closeMsMin, closeMsMax) */
  closeMsMin: Millis
  closeMsMax: Millis
  /** assumed round trip to a peer that was never measured (guess: one site) */
  rttMsUnknown: Millis
  /** bids with no wait at which there is nothing to gain by waiting for more */
  bidsEnough: number
  /** classes shorter than this many round trips go to whoever has room, or take the first such bid (guess) */
  shortRoundTrips: number
  /** older load stamps say nothing; what is awarded for one has so much less of its first lease (guess) */
  stampMsMax: Millis
  /**
   * half of those asked are hosts that said within so long to have room (measured: 100 and 300 ms find it more often than
   * 40 or 1,000: a younger word is of fewer hosts, an older one is no longer true)
   */
  roomMsMax: Millis
  /** tasks of one lot that one auction asks for */
  lotCountMax: number
  /** after an auction that found no room: wait for WANTED, ask again after 4 RTT, doubling up to this */
  askAgainMsMax: Millis
  /** a waiting task rises one priority after this long (guess) */
  ageingMs: Millis
  /** what waits for so long goes back to its custodians where a host with room had it before (guess: some auctions) */
  handBackMs: Millis
  /** WANTED: without an answer it is over after this long */
  wantMsMax: Millis
  /** WANTED: pause after an empty answer, doubling from a round trip up to this */
  wantPauseMsMax: Millis
  /** WANTED: work fetched ahead of free room, in round trips, at most aheadMsMax and aheadMax tasks: what waits at a
   * host that dies must be recovered (guess) */
  aheadRoundTrips: number
  aheadMsMax: Millis
  aheadMax: number
  /** a bidder is left out after so many bids beyond its own advert, at most one a second (guess) */
  liesMax: number
  /** or after so many awards of which it had accepted none for `acceptMsMax` (guess: a slow disk keeps none that long) */
  brokenMax: number
  acceptMsMax: Millis
  /** for so long at first, doubling with each time that follows within distrustMsMax (guesses) */
  distrustMs: Millis
  distrustMsMax: Millis
  /** classes whose durations are remembered */
  classesMax: number
  /** sizes of task whose frequency is remembered, and how many of them the fragmentation of a host is measured by */
  mixSizesMax: number
  mixTopMax: number
  /**
   * room that was bid is not bid to others for so many round trips, at most holdMsMax. Losers are released, so this is for
   * askers that fall silent; an auction that waits for its last answer takes up to one and a half
   */
  holdRoundTrips: number
  holdMsMax: Millis
  /**
   * not for classes of which nine in ten take less than so many holds: all room would be held, and they would find no bids
   * (protocol.md 3.4 has ten for the mean)
   */
  holdRunsMin: number
  /** bids to one asker that hold room at once, so that nobody has all of it, and to all askers together (guesses) */
  holdsPerAskerMax: number
  holdsMax: number
  /**
   * a host gives its word for its zone for so long: until the award is on disk, and over there. Too short: batons are
   * refused; too long: who asked and fell silent keeps others out (guess)
   */
  zoneHoldMs: Millis
  /**
   * words that a host has given one asker at once; more of its questions are answered without (guess: shapes of one bearer).
   * Where several tasks may come by one word (a group of the zone that need not be apart from itself) it is kept for all of
   * `zoneHoldMs`, also once they have come: then it is so many auctions of one asker in that time
   */
  zoneClaimsPerAskerMax: number
  /** hosts asked at most for tasks that are tied by zone, in whole zones: of a larger one alone all are asked (guess) */
  zoneAskedMax: number
  /** runs and waiting tasks that a busy host looks at to say when it may have room; more costs time in every refusal */
  etaRunsMax: number
  /** plans (the auction without the award) that are made here at once; more are refused */
  plansMax: number
  /** hosts that a plan asks; of more a sample, as an auction's */
  planHostsMax: number
  /** a plan does without those who have not answered by then */
  planMsMax: Millis
  /** times at which the gangs of a plan are tried, of all of them under one objective: each costs a look at all hosts (guess) */
  planGangTriesMax: number
  /** what a bid's start is measured against in the score */
  targetMs: Millis
  /** goals declared for classes of tasks that name none themselves */
  objectives: readonly ClassObjective[]
  /**
   * weights of the score where nothing else is asked for; start under saturation, fragmentation and spread among bids
   * without wait. affinity: what is preferred goes before a tighter fit (guess). raced: what it costs when another asker
   * that was offered the same room is faster
   */
  weights: {
    start: number
    fragmentation: number
    price: number
    spread: number
    affinity: number
    raced: number
  }
  /** tenants entitled to more than others of what waits here: 2 is twice as much; without one it is 1. Above 0 */
  tenantWeights: Readonly<Record<string, number>>
  /** tasks of a tenant that may wait here before further submits are refused; `*` for each that has no bound of its own */
  tenantWaitingMax: Readonly<Record<string, number>>
}

export const defaultMarketConfig: MarketConfig = {
  askedMax: 8,
  askedMaxMulti: 32,
  roundsMax: 2,
  askAllMax: 12,
  bidsWanted: 4,
  askedMaxScarce: 24,
  closeMsMin: 5,
  closeMsMax: 60,
  rttMsUnknown: 5,
  bidsEnough: 3,
  shortRoundTrips: 4,
  stampMsMax: 1_000,
  roomMsMax: 200,
  lotCountMax: 1024,
  askAgainMsMax: 1_000,
  ageingMs: 30_000,
  handBackMs: 1_000,
  wantMsMax: 1_000,
  wantPauseMsMax: 1_000,
  aheadRoundTrips: 2,
  aheadMsMax: 50,
  aheadMax: 128,
  liesMax: 3,
  brokenMax: 5,
  acceptMsMax: 5_000,
  distrustMs: 10_000,
  distrustMsMax: 300_000,
  classesMax: 4_096,
  mixSizesMax: 512,
  mixTopMax: 64,
  holdRoundTrips: 1.5,
  holdMsMax: 250,
  holdRunsMin: 10,
  holdsPerAskerMax: 4,
  holdsMax: 64,
  zoneHoldMs: 1_000,
  zoneClaimsPerAskerMax: 64,
  zoneAskedMax: 256,
  etaRunsMax: 64,
  plansMax: 4,
  planHostsMax: 64,
  planMsMax: 500,
  planGangTriesMax: 256,
  targetMs: 100,
  objectives: [],
  weights: { start: 1, fragmentation: 0.2, price: 0.1, spread: 0.1, affinity: 0.5, raced: 0.05 },
  tenantWeights: {},
  tenantWaitingMax: {},
}
