import type { Millis } from '@souk/kernel'
import type { PeerId } from '@souk/wire'
import type { Auction, Closed } from './auction.ts'
import type { AuctioneerEffect } from './auctioneer-io.ts'
import type { MarketConfig } from './config.ts'
import type { Filtered } from './filter.ts'
import { decideFit } from './fit.ts'
import type { Lot } from './lot.ts'
import type { Lots } from './lots.ts'
import type { Pace } from './pace.ts'
import { overQuota } from './quota-refusal.ts'
import { auctionDecision, type FrameOf, plainDecision, refusalsText } from './to-decision.ts'
import type { LocalView } from './views.ts'

type Out = AuctioneerEffect[]

interface NoRoomParts {
  self: PeerId
  local: LocalView
  lots: Lots
  pace: Pace
  /** tasks that wait here for a host with room */
  waiting(): number
  frame: FrameOf
}

/** What becomes of a lot for which nobody has room: it is quiet for a while, and who waits for it hears why. */
export class NoRoom {
  readonly #config: MarketConfig
  readonly #parts: NoRoomParts

  constructor(config: MarketConfig, parts: NoRoomParts) {
    this.#config = config
    this.#parts = parts
  }

  /** Nobody else can be asked: wait for room here, or for somebody to come who can. */
  onNobodyToAsk(lot: Lot, { refused }: Filtered, now: Millis, out: Out): void {
    const { self, local, lots, pace, frame } = this.#parts
    const own = decideFit(local.offer(), lot.shape) ?? overQuota(local, lot.shape)
    const here = own ? [{ peer: self, refusal: own }, ...refused] : refused
    lots.beQuiet(lot, pace.quietMsFirst(), now)
    const ever = !own?.never || refused.some(({ refusal }) => !refusal.never)
    const reason = ever ? 'only peers that are busy or away could run it' : 'no peer that is known could ever run it'
    const decision = plainDecision(frame(now, now, now), ever ? 'waiting' : 'unplaceable', reason, undefined, here)
    const code = ever ? 'no-room' : 'unplaceable'
    for (const { task, failIfUnplaceable } of ever ? [] : [...lot.waiting()]) {
      if (!failIfUnplaceable) continue
      lots.withdraw(task)
      out.push({ type: 'unplaceable', task, message: refusalsText(here), decision })
    }
    const tasks = lot.tell(code)
    if (tasks.length > 0) out.push({ type: 'waits', tasks, code, decision })
  }

  /** Those who were asked had too little of it. */
  onAuction(lot: Lot, { auction, closed }: { auction: Auction; closed: Closed }, now: Millis, out: Out): void {
    const { lots, pace, frame } = this.#parts
    lots.beQuiet(lot, pace.quietMsFirst(), now)
    this.#sayOver(auction, out)
    const tasks = lot.tell('no-room')
    if (tasks.length === 0) return
    const decision = auctionDecision(frame(now, auction.startedMs, now), auction, closed, undefined, this.#config)
    out.push({ type: 'waits', tasks, code: 'no-room', decision })
  }

  /** A host that had no room must know whom to ask once it has. */
  #sayOver(auction: Auction, out: Out): void {
    const message = { t: 'over', lot: auction.id, waiting: this.#parts.waiting() } as const
    for (const { peer, refusal } of auction.refused) if (!refusal.never) out.push({ type: 'send', to: peer, message })
  }
}
