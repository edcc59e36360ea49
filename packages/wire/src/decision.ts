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
  /** for later: when there may be room */
  etaMs: Type.Optional(int()),
  shortage: Type.Optional(Shortage),
  detail: text(limits.nameCharsMax),
})
export type Refusal = Static<typeof Refusal>

/** Half of them at most p50, nine of ten at most p90. */
export const Quantiles = strict({ p50: int(2 ** 40), p90: int(2 ** 40) })

/** What a bidder offered, in its own numbers. */
export const BidTerms = strict({
  /** how many of the lot it can take from startMs on */
  count: int(limits.tasksPerMessageMax),
  startMs: int(2 ** 40),
  finishMs: Quantiles,
  /** how much less useful one of them leaves the host: thousandths of a GPU; below 0: it fills a gap */
  fragMilli: int(2 ** 31, -(2 ** 31)),
  /** thousandths of the host that are in use now, of the resource it has least left of */
  usedMilli: int(1000),
  /** thousandths of a price unit an hour */
  priceMilli: int(),
  /** workers that have loaded what it needs stand free for all of them */
  warm: Type.Boolean(),
  /** how long a cold worker takes to get warm, where it would need one and that was measured */
  coldMs: Type.Optional(int(2 ** 40)),
  /** how long the input takes to get there, as its asker expects; absent: it is there, or too small to matter */
  fetchMs: Type.Optional(int(2 ** 40)),
  /** it cannot be expected to end by its deadline there */
  late: Type.Optional(Type.Literal(true)),
  /** others who were offered the same room within the last round trip, by how many such tasks have room; thousandths */
  racedMilli: Type.Optional(int(2 ** 31)),
  /** of what is preferred to be near or apart, what would not be; thousandths. Absent: nothing */
  unmetMilli: Type.Optional(int(1000)),
  loadSeq: int(2 ** 32),
  /** which of what was asked for; absent: the request itself */
  alternative: Type.Optional(int(limits.alternativesMax)),
})
export type BidTerms = Static<typeof BidTerms>

/** `parts`: each term of the score before it is weighed, so that other weights can be tried later. */
export const ScoredBid = strict({
  peer: PeerId,
  terms: BidTerms,
  score: Type.Number(),
  parts: dictionary(Type.Number(), 16),
  afterMs: Type.Number(),
})
export type ScoredBid = Static<typeof ScoredBid>

/** Refusals that say the same, of all peers together. */
export const Reason = strict({
  code: RefusalCode,
  never: Type.Boolean(),
  peers: int(limits.membersMax),
  /** the soonest of them */
  etaMs: Type.Optional(int()),
  /** the one that comes closest */
  shortage: Type.Optional(Shortage),
  detail: text(limits.nameCharsMax),
})
export type Reason = Static<typeof Reason>

/** Why a task left the place that it had: it was queued or waited with `from`. */
export const Move = strict({ code: text(limits.nameCharsMax), from: PeerId, reason: text(limits.nameCharsMax) })
export type Move = Static<typeof Move>

const How = choice('local', 'load-stamp', 'auction', 'wanted', 'waiting', 'unplaceable', 'after', 'gang')

/** What is kept of a decision that gave a task a place, once it has another. */
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

/** How a task was placed: kept with the task so that `explain` works later and elsewhere. Bounded. */
export const Decision = strict({
  how: How,
  /** who decided, and when (that peer's wall clock) */
  by: PeerId,
  wallMs: wallTime,
  /** submit (or recovery) to award, and of it the auction alone */
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
  /** what the winner gives; absent: the request itself */
  alternative: Type.Optional(int(limits.alternativesMax)),
  /** when it will start and be done there, from the decision on; absent where nobody knew the class */
  predicted: Type.Optional(strict({ startMs: int(2 ** 40), finishMs: Quantiles })),
  /** it had a place before; absent: it has its first one, or none yet */
  move: Type.Optional(Move),
  /** the places that it had before, oldest first, as its custodians have seen them; absent: none */
  earlier: Type.Optional(list(Placement, limits.placementsKeptMax)),
  /** second score minus the winner's; 0 with one bid */
  margin: Type.Number(),
  /** what the bids were weighed for; absent where there was no choice by score */
  objective: Type.Optional(Objective),
  weights: dictionary(Type.Number(), 16),
  closed: choice('all-in', 'good-enough', 'timeout', 'none'),
  /** one line for people */
  reason: text(limits.nameCharsMax),
})
export type Decision = Static<typeof Decision>
