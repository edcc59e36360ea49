import type { Millis } from '@souk/kernel'
import type { BidTerms, Decision, Incarnation, MessageOf, PeerId, Refusal } from '@souk/wire'

export interface Bid {
  peer: PeerId
  /** the life of the bidder that made the bid: `offeredMs` is by the clock of that life */
  incarnation: Incarnation
  terms: BidTerms
  /** when the bid was made, by the bidder's clock; an award returns it, so that the bidder knows which bid it answers */
  offeredMs: number
  /** from the quote to this answer, by the asker's clock */
  afterMs: Millis
}

/** One round of asking for one lot. */
export interface Auction {
  readonly id: number
  /** 2: the hosts of round 1 had too little room, so others are asked */
  readonly round: number
  readonly lotKey: string
  readonly startedMs: Millis
  /** the auction closes then, whoever has not answered */
  closesMs: Millis
  /** closesMs passed while this peer was too busy to read answers, so it was put off once */
  extended: boolean
  /** tasks to place */
  readonly count: number
  readonly candidates: number
  /** with so many bids that start at once, a later bid is not worth waiting for */
  readonly bidsEnough: number
  readonly asked: ReadonlySet<PeerId>
  readonly bids: Bid[]
  readonly refused: { peer: PeerId; refusal: Refusal }[]
  /** why the asker's own host bids nothing, for the decision record */
  own?: { peer: PeerId; refusal: Refusal } | undefined
  /** members that the filter left out before anybody was asked, and why */
  readonly filtered: { peer: PeerId; refusal: Refusal }[]
}

export type Closed = Decision['closed']

/** Why the auction can close before its time; undefined: more answers may still be worth waiting for. */
export function decideClose(auction: Auction): Closed | undefined {
  if (auction.bids.length + auction.refused.length >= auction.asked.size) return 'all-in'
  const immediate = auction.bids.filter((bid) => bid.terms.startMs === 0)
  const offered = immediate.reduce((sum, bid) => sum + bid.terms.count, 0)
  if (immediate.length >= auction.bidsEnough && offered >= auction.count) return 'good-enough'
  return undefined
}

export function hasAnswered(auction: Auction, peer: PeerId): boolean {
  return auction.bids.some((bid) => bid.peer === peer) || auction.refused.some((refused) => refused.peer === peer)
}

/** Nobody bid, and every host that answered said that it can never run such a task as it is. */
export function allSaidNever({ bids, refused }: Auction): boolean {
  return bids.length === 0 && refused.length > 0 && refused.every(({ refusal }) => refusal.never)
}

export function noteAnswer(
  auction: Auction,
  { peer, incarnation }: { peer: PeerId; incarnation: Incarnation },
  answer: MessageOf<'bid' | 'noBid'>,
  now: Millis,
): void {
  if (answer.t === 'noBid') auction.refused.push({ peer, refusal: answer.refusal })
  else {
    const { terms, offeredMs } = answer
    auction.bids.push({ peer, incarnation, terms, offeredMs, afterMs: now - auction.startedMs })
  }
}
