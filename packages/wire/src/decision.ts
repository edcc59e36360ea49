import { type Static, Type } from '@sinclair/typebox'
import { PeerId } from './ids.ts'
import { limits } from './limits.ts'
import { Objective } from './objective.ts'
import { choice, dictionary, int, list, strict, text, wallTime } from './schema.ts'

/** Why a peer would not take a task. */
export const RefusalCode = choice(
  'draining',
  'not-reachable',
  'executor-not-allowed',
  'function-unknown',
  'label-missing',
  'where-unmet',
  'where-invalid',
  'gpu-model-missing',
  'too-large',
  'no-room',
  'quota',
  'queue-full',
  'rate-limited',
  'reserved',
  'on-path',
  'old-incarnation',
  'memory-full',
  'stopping',
  'distrusted',
  'not-apart',
  'not-near',
  'pressure',
  'unsure',
)
export type RefusalCode = Static<typeof RefusalCode>

/** A resource of which there is too little, in its own unit. */
export const Shortage = strict({ resource: text(limits.nameCharsMax), available: int(), needed: int() })
export type Shortage = Static<typeof Shortage>

/** A refusal, with the resource or label that did not fit where there is one. */
export const Refusal = strict({
  code: RefusalCode,
  /** never: asking again is useless until the host changes */
  never: Type.Boolean(),
  /** unless never: when there may be room */
  etaMs: Type.Optional(int()),
  shortage: Type.Optional(Shortage),
  detail: text(limits.nameCharsMax),
})
export type Refusal = Static<typeof Refusal>

/** Durations: half are at most p50, nine of ten at most p90. */
export const Quantiles = strict({ p50: int(2 ** 40), p90: int(2 ** 40) })

/** What a bidder offers. All figures are the bidder's own but for `fetchMs`, which the asker works out. */
export const BidTerms = strict({
  /** tasks of the lot that it can take from startMs on */
  count: int(limits.tasksPerMessageMax),
  startMs: int(2 ** 40),
  finishMs: Quantiles,
  /** how much of the host one task would make useless, in thousandths of a GPU; below 0: it fills a gap */
  fragMilli: int(2 ** 31, -(2 ** 31)),
  /** use of the host's scarcest resource now, in thousandths */
  usedMilli: int(1000),
  /** thousandths of a price unit an hour */
  priceMilli: int(),
  /** free warm workers stand ready for all `count` tasks */
  warm: Type.Boolean(),
  /** if not warm: how long a cold worker takes to get warm, if that was measured */
  coldMs: Type.Optional(int(2 ** 40)),
  /** how long the transfer of the input to the bidder takes; absent: it is there, or too small to matter */
  fetchMs: Type.Optional(int(2 ** 40)),
  /** a task is not expected to end there by the deadline */
  late: Type.Optional(Type.Literal(true)),
  /** rivals that were bid the same room within the last round trip, per task that there is room for; thousandths */
  racedMilli: Type.Optional(int(2 ** 31)),
  /** share of the preferred ties that would not be met; thousandths. Absent: all would be */
  unmetMilli: Type.Optional(int(1000)),
  loadSeq: int(2 ** 32),
  /** the alternative that the bid is for; absent: the request itself */
  alternative: Type.Optional(int(limits.alternativesMax)),
})
export type BidTerms = Static<typeof BidTerms>

/** A bid as a decision keeps it. `parts`: the parts of the score before weighing, so that other weights can be tried later. */
export const ScoredBid = strict({
  peer: PeerId,
  terms: BidTerms,
  score: Type.Number(),
  parts: dictionary(Type.Number(), 16),
  afterMs: Type.Number(),
})
export type ScoredBid = Static<typeof ScoredBid>

/** Refusals of several peers that say the same. */
export const Reason = strict({
  code: RefusalCode,
  never: Type.Boolean(),
  peers: int(limits.membersMax),
  /** the soonest */
  etaMs: Type.Optional(int()),
  /** of the peer that comes closest */
  shortage: Type.Optional(Shortage),
  detail: text(limits.nameCharsMax),
})
export type Reason = Static<typeof Reason>

/** Why a task left its place with `from`, where it was queued or waited. */
export const Move = strict({ code: text(limits.nameCharsMax), from: PeerId, reason: text(limits.nameCharsMax) })
export type Move = Static<typeof Move>

const How = choice('local', 'load-stamp', 'auction', 'wanted', 'waiting', 'unplaceable', 'after', 'gang')

/** What is kept of an earlier decision that gave the task a place. */
export const Placement = strict({
  how: How,
  by: PeerId,
  wallMs: wallTime,
  winner: PeerId,
  bidsTotal: int(limits.membersMax),
  margin: Type.Number(),
  reason: text(limits.nameCharsMax),
})
export type Placement = Static<typeof Placement>

/** The record of how a task was placed, or why it waits: kept with the task so that `explain` works later and elsewhere. */
export const Decision = strict({
  how: How,
  /** who decided, and when (that peer's wall clock) */
  by: PeerId,
  wallMs: wallTime,
  /** time from submit (or recovery) to award, and the auction's part of it */
  decisionMs: Type.Number(),
  auctionMs: Type.Number(),
  candidates: int(limits.membersMax),
  asked: int(limits.membersMax),
  bids: list(ScoredBid, limits.bidsKeptMax),
  bidsTotal: int(limits.membersMax),
  /** refusals by code, filter and no-bids together */
  refusals: dictionary(int(limits.membersMax), 32),
  /** the same in groups that say what was missing and for how long; most peers first */
  reasons: list(Reason, limits.reasonsMax),
  /** one refusal per peer, the first few, for people */
  refused: list(strict({ peer: PeerId, refusal: Refusal }), limits.bidsKeptMax),
  winner: Type.Optional(PeerId),
  /** the alternative that the winner runs it as; absent: the request itself */
  alternative: Type.Optional(int(limits.alternativesMax)),
  /** when it is expected to start and end, from the decision on; absent: the class was not known */
  predicted: Type.Optional(strict({ startMs: int(2 ** 40), finishMs: Quantiles })),
  /** why it left its last place; absent: this is its first place, or it has none yet */
  move: Type.Optional(Move),
  /** its earlier places, oldest first, as its custodians have seen them; absent: none */
  earlier: Type.Optional(list(Placement, limits.placementsKeptMax)),
  /** best other score minus the winner's; 0 with one bid */
  margin: Type.Number(),
  /** objective that bids were scored by; absent: there was no choice by score */
  objective: Type.Optional(Objective),
  weights: dictionary(Type.Number(), 16),
  closed: choice('all-in', 'good-enough', 'timeout', 'none'),
  /** one line for people */
  reason: text(limits.nameCharsMax),
})
export type Decision = Static<typeof Decision>
