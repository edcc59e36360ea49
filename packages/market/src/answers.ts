import type { Millis } from '@souk/kernel'
import type { MessageOf, PeerId } from '@souk/wire'
import { type Auction, noteAnswer } from './auction.ts'
import type { AuctioneerEffect } from './auctioneer-io.ts'
import type { Conduct } from './conduct.ts'
import type { Durations } from './durations.ts'
import { fetchMsTo, withFetch } from './fetching.ts'
import type { Lot } from './lot.ts'
import type { MembersView } from './views.ts'
import type { ZoneRounds } from './zone-rounds.ts'

interface AnswersParts {
  conduct: Conduct
  durations: Durations
  members: MembersView
  zones: ZoneRounds
}

/**
 * Records the answers to an auction: bids cut down to what the bidder's advert holds, with the transfer time that the asker
 * itself has measured; and learns durations and lasting refusals from them.
 */
export class Answers {
  readonly #parts: AnswersParts

  constructor(parts: AnswersParts) {
    this.#parts = parts
  }

  /** `from` was asked by this auction and has not answered yet. */
  note(
    { auction, lot }: { auction: Auction; lot: Lot },
    from: PeerId,
    message: MessageOf<'bid' | 'noBid'>,
    now: Millis,
    out: AuctioneerEffect[],
  ): void {
    const { conduct, durations, members, zones } = this.#parts
    zones.note(auction.id, from, message)
    // What an earlier life said is not routed here: the life that is known now made this answer.
    const life = { peer: from, incarnation: members.candidate(from)?.incarnation ?? 0 }
    if (message.t === 'bid') {
      const believed = conduct.believed(from, lot.shape, message.terms, now, out)
      const terms = withFetch(believed, fetchMsTo(from, lot, members))
      noteAnswer(auction, life, { ...message, terms }, now)
      durations.hear(lot.shape.class, terms.finishMs)
    } else {
      noteAnswer(auction, life, message, now)
      lot.saidNever.note(members.candidate(from), message.refusal)
    }
  }
}
