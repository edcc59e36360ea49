import { type Static, Type } from '@sinclair/typebox'
import { PeerId } from './ids.ts'
import { limits } from './limits.ts'
import { choice, dictionary, int, list, strict, text } from './schema.ts'

/** Why a peer would not take a task. */
export const RefusalCode = choice(
  'draining',
  'not-reachable',
  'executor-not-allowed',
  'function-unknown',
  'label-missing',
  'gpu-model-missing',
  'too-large',
  'no-room',
  'queue-full',
  'rate-limited',
  'on-path',
  'old-incarnation',
  'memory-full',
  'stopping',
)
export type RefusalCode = Static<typeof RefusalCode>

/** A refusal, with the resource or label that did not fit where there is one. */
export const Refusal = strict({
  code: RefusalCode,
  /** never: asking again is useless until the host changes */
  never: Type.Boolean(),
  /** for later: when there may be room */
  etaMs: Type.Optional(int()),
  detail: text(limits.nameCharsMax),
})
export type Refusal = Static<typeof Refusal>

/** What a bidder offered, in its own numbers. */
export const BidTerms = strict({
  /** how many of the lot it can take from startMs on */
  count: int(limits.tasksPerMessageMax),
  startMs: int(2 ** 40),
  finishMs: strict({ p50: int(2 ** 40), p90: int(2 ** 40) }),
  /** how much less useful one of them leaves the host: thousandths of a GPU; below 0: it fills a gap */
  fragMilli: int(2 ** 31, -(2 ** 31)),
  /** thousandths of a price unit an hour */
  priceMilli: int(),
  warm: Type.Boolean(),
  loadSeq: int(2 ** 32),
})
export type BidTerms = Static<typeof BidTerms>

export const ScoredBid = strict({ peer: PeerId, terms: BidTerms, score: Type.Number(), afterMs: Type.Number() })
export type ScoredBid = Static<typeof ScoredBid>

/** How a task was placed: kept with the task so that `explain` works later and elsewhere. Bounded. */
export const Decision = strict({
  how: choice('local', 'load-stamp', 'auction', 'wanted', 'waiting', 'unplaceable'),
  /** who decided, and when (that peer's wall clock) */
  by: PeerId,
  wallMs: int(),
  /** submit (or recovery) to award, and of it the auction alone */
  decisionMs: Type.Number(),
  auctionMs: Type.Number(),
  candidates: int(limits.membersMax),
  asked: int(limits.membersMax),
  bids: list(ScoredBid, limits.bidsKeptMax),
  bidsTotal: int(limits.membersMax),
  /** refusals by code, filter and no-bids together */
  refusals: dictionary(int(limits.membersMax), 32),
  /** one refusal per peer, the first few, for people */
  refused: list(strict({ peer: PeerId, refusal: Refusal }), limits.bidsKeptMax),
  winner: Type.Optional(PeerId),
  /** second score minus the winner's; 0 with one bid */
  margin: Type.Number(),
  weights: dictionary(Type.Number(), 16),
  closed: choice('all-in', 'good-enough', 'timeout', 'none'),
  /** one line for people */
  reason: text(limits.nameCharsMax),
})
export type Decision = Static<typeof Decision>
