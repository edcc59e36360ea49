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
  /** bids with room that an auction should find: the best, two alternates, and one whose room is gone by then (guess) */
  bidsWanted: number
  /** peers asked at most for a class for which few hosts have room, so that it takes more quotes to find them (guess) */
  askedMaxScarce: number
  /** an auction closes after clamp(1.5 RTTp95 + 2, closeMsMin, closeMsMax) */
  closeMsMin: Millis
  closeMsMax: Millis
  /** assumed round trip to a peer that was never measured (guess: one site) */
  rttMsUnknown: Millis
  /** with so many bids that start at once an auction closes, if they have room for all its tasks */
  bidsEnough: number
  /** classes shorter than this many round trips go to a host with room by its load stamp, or take the first bid (guess) */
  shortRoundTrips: number
  /** a load stamp older than this is not trusted; a task awarded by one has lost as much of its first lease (guess) */
  stampMsMax: Millis
  /**
   * up to half of the hosts asked are ones whose load stamp of this age at most shows room (measured: 100 and 300 ms find
   * room more often than 40 or 1,000, as fewer hosts have a younger stamp and an older one is no longer true)
   */
  roomMsMax: Millis
  /** tasks of one lot that one auction asks for */
  lotCountMax: number
  /** after an auction that found no room: wait for WANTED, ask again after 4 RTT, doubling up to this */
  askAgainMsMax: Millis
  /** a waiting task rises one priority after this long (guess) */
  ageingMs: Millis
  /** a task that has waited this long goes back to its custodians if the host that asks had it before (guess: some auctions) */
  handBackMs: Millis
  /** WANTED: given up without an answer after this long */
  wantMsMax: Millis
  /** WANTED: pause after an empty answer, doubling from a round trip up to this */
  wantPauseMsMax: Millis
  /** WANTED: work fetched ahead of free room, in round trips, at most aheadMsMax and aheadMax tasks: all that queues at a
   * host that dies has to be recovered (guess) */
  aheadRoundTrips: number
  aheadMsMax: Millis
  aheadMax: number
  /** a bidder is left out after so many bids beyond its own advert, of which one a second counts (guess) */
  liesMax: number
  /** or after so many awards while it has accepted none for `acceptMsMax` (guess: no slow disk delays an accept that long) */
  brokenMax: number
  acceptMsMax: Millis
  /** how long a bidder is left out at first; doubles each time that follows within distrustMsMax of the last (guesses) */
  distrustMs: Millis
  distrustMsMax: Millis
  /** classes whose durations are remembered */
  classesMax: number
  /** sizes of task whose frequency is remembered, and how many of them the fragmentation of a host is measured with */
  mixSizesMax: number
  mixTopMax: number
  /**
   * room that was bid is not bid to others for so many round trips, at most holdMsMax. An auction takes up to one and a half,
   * and tells losers when it is over, so that the limit matters only for askers that fall silent
   */
  holdRoundTrips: number
  holdMsMax: Millis
  /**
   * no holds for classes whose p90 is shorter than so many holds: all room would be held most of the time and they would find
   * no bids (protocol.md 3.4 has ten for the mean)
   */
  holdRunsMin: number
  /** bids that hold room at once, for one asker, so that none has all of it, and for all askers together (guesses) */
  holdsPerAskerMax: number
  holdsMax: number
  /**
   * how long a host's word for its zone lasts: until the award is durable and has arrived. Too short: batons are refused; too
   * long: an asker that fell silent keeps others out of the zone (guess)
   */
  zoneHoldMs: Millis
  /**
   * words that stand at once for one asker; to further auctions of it a host gives none (guess: shapes of one bearer). A word
   * by which several tasks may come (they need not be apart from each other) stands for all of `zoneHoldMs`, also once they
   * have come: of such tasks one asker gets so many auctions in that time
   */
  zoneClaimsPerAskerMax: number
  /** hosts asked at most for tasks tied by zone, in whole zones; a zone that is larger is asked alone, all of it (guess) */
  zoneAskedMax: number
  /** runs and queued tasks that a busy host looks at to say when it may have room; more costs time in every refusal */
  etaRunsMax: number
  /** plans (the auction without the award) that are made here at once; more are refused */
  plansMax: number
  /** hosts that a plan asks; a random sample of more */
  planHostsMax: number
  /** a plan does without hosts that have not answered by then */
  planMsMax: Millis
  /** start times tried for all gangs of a plan together, under one objective: each costs a look at all hosts (guess) */
  planGangTriesMax: number
  /** a start or finish this late weighs one unit in the score */
  targetMs: Millis
  /** objectives declared for classes, for tasks that name none themselves */
  objectives: readonly ClassObjective[]
  /**
   * weights of the objective `balanced`: start decides under saturation, fragmentation and spread among bids that start at
   * once. affinity: preferred company goes before a tighter fit (guess). raced: what it costs on average that another asker,
   * which was bid the same room, is faster
   */
  weights: {
    start: number
    fragmentation: number
    price: number
    spread: number
    affinity: number
    raced: number
  }
  /** shares of tenants when their tasks compete here: 2 gets twice as much as 1, the default. Above 0 */
  tenantWeights: Readonly<Record<string, number>>
  /** tasks of a tenant that may wait here before further submits are refused; `*`: for each tenant without a bound of its own */
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
