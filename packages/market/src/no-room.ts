import type { Millis, Prng } from '@souk/kernel'
import { limits, type PeerId, type Refusal } from '@souk/wire'
import type { Auction, Closed } from './auction.ts'
import type { AuctioneerEffect } from './auctioneer-io.ts'
import type { MarketConfig } from './config.ts'
import type { Filtered } from './filter.ts'
import { knownHosts } from './known-hosts.ts'
import type { Lot } from './lot.ts'
import type { Lots } from './lots.ts'
import type { OverNotices } from './over-notices.ts'
import type { Pace } from './pace.ts'
import { quotaShortText } from './quota-short.ts'
import { later } from './refusal.ts'
import { refusalHere } from './refusal-here.ts'
import { scoringOf } from './scoring.ts'
import { shortfallText } from './shortfall.ts'
import { auctionDecision, type FrameOf, plainDecision, refusalsText } from './to-decision.ts'
import type { LocalView, MembersView } from './views.ts'
import { isZoned } from './zone-ties.ts'

type Out = AuctioneerEffect[]

/** longest reason of a decision, and longest message of an outcome */
const reasonCharsMax = limits.nameCharsMax
const messageCharsMax = 4096

interface Refused {
  peer: PeerId
  refusal: Refusal
}

interface NoRoomParts {
  self: PeerId
  prng: Prng
  members: MembersView
  local: LocalView
  lots: Lots
  pace: Pace
  overNotices: OverNotices
  frame: FrameOf
}

/** What becomes of a lot for which no host has room: no auction for a pause, and those who wait for its tasks hear why. */
export class NoRoom {
  readonly #config: MarketConfig
  readonly #parts: NoRoomParts

  constructor(config: MarketConfig, parts: NoRoomParts) {
    this.#config = config
    this.#parts = parts
  }

  /**
   * The filter left no host to ask. The lot waits; where no known host could ever run it, tasks with failIfUnplaceable are
   * ended as unplaceable.
   */
  onNobodyToAsk(lot: Lot, { refused }: Filtered, now: Millis, out: Out): void {
    const { lots, frame } = this.#parts
    const own = this.ownRefusal(lot, refused)
    const here = [...(own ? [own] : []), ...refused]
    this.#beQuiet(lot, now)
    const ever = here.some(({ refusal }) => !refusal.never)
    const short = ever ? undefined : (shortfallText(lot.shape, knownHosts(this.#parts)) ?? quotaShortText(here))
    const reason = ever
      ? 'only peers that are busy or away could run it'
      : (short ?? 'no peer that is known could ever run it').slice(0, reasonCharsMax)
    const decision = plainDecision(frame(now, now, now), ever ? 'waiting' : 'unplaceable', reason, undefined, here)
    const code = ever ? 'no-room' : 'unplaceable'
    for (const { task, failIfUnplaceable } of ever ? [] : [...lot.waiting()]) {
      if (!failIfUnplaceable) continue
      lots.withdraw(task)
      // `short` says in words what is missing and what there is instead; what each host said is in the decision.
      const message = (short ?? refusalsText(here)).slice(0, messageCharsMax)
      out.push({ type: 'unplaceable', task, message, decision })
    }
    const tasks = lot.tell(code)
    if (tasks.length > 0) out.push({ type: 'waits', tasks, code, decision })
  }

  /** The hosts that an auction asked had too little room. `awarded`: tasks of the lot that found a place all the same. */
  onAuction(
    lot: Lot,
    { auction, closed, awarded }: { auction: Auction; closed: Closed; awarded: number },
    now: Millis,
    out: Out,
  ): void {
    const { frame, overNotices } = this.#parts
    // A zone takes such tasks one at a time, and hosts that ask get none: the pause must not grow while some are placed.
    if (awarded > 0 && isZoned(lot.shape)) lot.quietMs = 0
    this.#beQuiet(lot, now)
    // Of a zoned lot all hosts asked were told already that it is over, and a host that asks (WANTED) gets none of it.
    if (!isZoned(lot.shape)) overNotices.toRefused(auction, out)
    const tasks = lot.tell('no-room')
    if (tasks.length === 0) return
    const scoring = scoringOf(lot.shape, this.#config)
    const all = { ...auction, own: auction.own ?? this.ownRefusal(lot, auction.refused) }
    const decision = auctionDecision(frame(now, auction.startedMs, now), all, closed, undefined, scoring)
    out.push({ type: 'waits', tasks, code: 'no-room', decision })
  }

  /** Why this host does not run the lot itself; undefined: `refused` has its reason already (its zone's). */
  ownRefusal({ shape }: Lot, refused: readonly Refused[]): Refused | undefined {
    const { self, local } = this.#parts
    if (refused.some(({ peer }) => peer === self)) return undefined
    const busy = later('no-room', `${local.running()} running, ${local.queued()} queued`)
    return { peer: self, refusal: refusalHere(local, shape) ?? busy }
  }

  /** Two bearers that ask the same zones at once block each other; random pauses keep them from doing so in step. */
  #beQuiet(lot: Lot, now: Millis): void {
    const { lots, pace, prng } = this.#parts
    const firstMs = pace.quietMsFirst()
    lots.beQuiet(
      lot,
      isZoned(lot.shape) ? { firstMs: Math.max(40, 2 * firstMs), share: (1 + prng.float()) / 2 } : { firstMs },
      now,
    )
  }
}
