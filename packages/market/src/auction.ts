import type { Millis } from '@souk/kernel'
import type { BidTerms, Decision, MessageOf, PeerId, Refusal } from '@souk/wire'

export interface Bid {
  peer: PeerId
  terms: BidTerms
  /** when it was made, by the bidder's clock */
  offeredMs: number
  /** milliseconds after asking */
  afterMs: Millis
}

/** One round of asking for one lot. */
export interface Auction {
  readonly id: number
  /** 1, or 2 when those asked first had too little room */
  readonly round: number
  readonly lotKey: string
  readonly startedMs: Millis
  /** then it is over, whoever has not answered */
  closesMs: Millis
  /** its time was over while this peer was busy, and it was given some more */
  extended: boolean
  readonly count: number
  readonly candidates: number
  /** bids without wait at which there is nothing to gain by waiting for more */
  readonly bidsEnough: number
  readonly asked: ReadonlySet<PeerId>
  readonly bids: Bid[]
  readonly refused: { peer: PeerId; refusal: Refusal }[]
  /** why whoever asks would not run it itself, where it bids nothing */
  own?: { peer: PeerId; refusal: Refusal } | undefined
  /** refusals by code from the filter that came before */
  readonly filtered: { peer: PeerId; refusal: Refusal }[]
}

export type Closed = Decision['closed']

/** Whether there is anything to gain by waiting for more answers; undefined: there is. */
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

/** Nobody bid, and whoever answered cannot run such a task until it changes. */
export function allSaidNever({ bids, refused }: Auction): boolean {
  return bids.length === 0 && refused.length > 0 && refused.every(({ refusal }) => refusal.never)
}

export function noteAnswer(auction: Auction, peer: PeerId, answer: MessageOf<'bid' | 'noBid'>, now: Millis): void {
  if (answer.t === 'noBid') auction.refused.push({ peer, refusal: answer.refusal })
  else {
    const { terms, offeredMs } = answer
    auction.bids.push({ peer, terms, offeredMs, afterMs: now - auction.startedMs })
  }
}
