import type { Millis, WallMillis } from '@souk/kernel'
import { alternativeField, type Decision, limits, type PeerId, type Refusal, type ScoredBid } from '@souk/wire'
import type { Auction, Closed } from './auction.ts'
import { groupRefusals } from './reasons.ts'
import type { Scoring } from './scoring.ts'
import { withPrediction } from './with-prediction.ts'

export interface DecisionFrame {
  by: PeerId
  wallMs: WallMillis
  decisionMs: Millis
  auctionMs: Millis
}

/** Makes the frame of a decision on tasks that wait since `sinceMs`, by an auction that began at `startedMs`. */
export type FrameOf = (sinceMs: Millis, startedMs: Millis, now: Millis) => DecisionFrame

/** A decision without an auction: kept here, given to a host that asked or has room by its stamp, or waiting. */
export function plainDecision(
  frame: DecisionFrame,
  how: Decision['how'],
  reason: string,
  winner: PeerId | undefined,
  refused: readonly { peer: PeerId; refusal: Refusal }[] = [],
  alternative?: number,
): Decision {
  const decision: Decision = {
    how,
    ...frame,
    candidates: 0,
    asked: 0,
    bids: [],
    bidsTotal: 0,
    refusals: countRefusals(refused),
    reasons: groupRefusals(refused),
    refused: refused.slice(0, limits.bidsKeptMax),
    margin: 0,
    weights: {},
    closed: 'none',
    reason,
  }
  if (winner !== undefined) decision.winner = winner
  return { ...decision, ...alternativeField(alternative) }
}

/** The decision of an auction, for the tasks that `winner` got; without a winner for those that wait on. */
export function auctionDecision(
  frame: DecisionFrame,
  auction: Auction,
  closed: Closed,
  winner: PeerId | undefined,
  scoring: Scoring,
): Decision {
  const bids = auction.bids
    .map(({ peer, terms, afterMs }) => {
      return { peer, terms, afterMs, ...scoring.of(terms) }
    })
    .sort((a, b) => a.score - b.score || (a.peer < b.peer ? -1 : 1))
  const refused = allRefused(auction)
  const won = bids.find((bid) => bid.peer === winner)
  const other = bids.find((bid) => bid.peer !== winner)
  const decision: Decision = {
    how: winner === undefined ? 'waiting' : 'auction',
    ...frame,
    candidates: auction.candidates,
    asked: auction.asked.size,
    bids: keptBids(bids, won),
    bidsTotal: bids.length,
    refusals: countRefusals(refused),
    reasons: groupRefusals(refused),
    refused: refused.slice(0, limits.bidsKeptMax),
    margin: won && other ? other.score - won.score : 0,
    objective: scoring.objective,
    weights: weightsOf(bids, scoring),
    closed,
    reason: winner === undefined ? waitingReason(auction, refused) : 'best of the bids',
  }
  if (winner === undefined) return decision
  decision.winner = winner
  const chosen = { ...decision, ...alternativeField(won?.terms.alternative) }
  return won ? withPrediction(chosen, won.terms.startMs, won.terms.finishMs) : chosen
}

/** The weights without `late`, unless some bid was late: most tasks have no deadline. */
function weightsOf(bids: readonly ScoredBid[], { named }: Scoring): Record<string, number> {
  if (bids.some(({ parts }) => parts.late)) return named
  const { late: _, ...others } = named
  return others
}

/** The best bids, and the winner's even if it is not among them: better bidders may have had no room for all tasks. */
function keptBids(bids: ScoredBid[], won: ScoredBid | undefined): ScoredBid[] {
  const kept = bids.slice(0, limits.bidsKeptMax)
  if (won && !kept.includes(won)) kept[kept.length - 1] = won
  return kept
}

const allRefused = ({ own, refused, filtered }: Auction) => [...(own ? [own] : []), ...refused, ...filtered]

function waitingReason(auction: Auction, refused: ReturnType<typeof allRefused>): string {
  const able = refused.filter(({ refusal }) => !refusal.never)
  if (refused.length > 0 && able.length === 0)
    return 'no host takes such a task as they are now; one that changes fetches it'
  if (able.length > 0 && able.every(({ refusal }) => ofCompany.has(refusal.code)))
    return 'what it must be near or apart from stands in the way on every host that could run it, until that changes'
  const answers = [...auction.bids, ...auction.refused].filter(({ peer }) => auction.asked.has(peer)).length
  return `no room now at ${answers} of ${auction.asked.size} peers that answered; the next with room fetches it`
}

/** Codes of refusals for company that is missing, or that is there. */
const ofCompany: ReadonlySet<string> = new Set(['not-near', 'not-apart'])

function countRefusals(refused: readonly { refusal: Refusal }[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { refusal } of refused) counts[refusal.code] = (counts[refusal.code] ?? 0) + 1
  return counts
}

/** In words why no peer can run it: how many peers give which reason. */
export function refusalsText(refused: readonly { refusal: Refusal }[]): string {
  if (refused.length === 0) return 'no other peer is known, and this one runs no tasks'
  const lines = new Map<string, number>()
  for (const { refusal } of refused) {
    const line = `${refusal.code} (${refusal.detail})`
    lines.set(line, (lines.get(line) ?? 0) + 1)
  }
  return [...lines]
    .map(([line, count]) => `${count} of ${refused.length} peers: ${line}`)
    .join('; ')
    .slice(0, 2000)
}
