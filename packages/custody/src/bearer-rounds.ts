import { earliest, type Millis } from '@souk/kernel'
import { type BearerEndings, putsBack } from './bearer-endings.ts'
import type { BearerEffect } from './bearer-io.ts'
import type { Borne } from './borne.ts'
import type { CustodyConfig } from './config.ts'
import type { Handing } from './handing.ts'
import type { Hands } from './hands.ts'
import type { Successions } from './successions.ts'

type Out = BearerEffect[]

/** Batons that are given up, or whose run is stopped, when a majority of custodians does not confirm them in time. */
const leased = new Set<Borne['state']>(['waiting', 'beginning', 'queued', 'running'])

interface BearerParts {
  hands: Hands
  endings: BearerEndings
  handing: Handing
  successions: Successions
}

/** What a bearer does by the clock: it announces, renews, says again what was not answered, and ends what ran out. */
export class BearerRounds {
  readonly #config: CustodyConfig
  readonly #hands: Hands
  readonly #endings: BearerEndings
  readonly #handing: Handing
  readonly #successions: Successions
  #nextAnnounce: Millis = Infinity
  #nextRenew: Millis = Infinity
  #nextCheck: Millis = Infinity
  #nextWaitingCheck: Millis = 0

  constructor(config: CustodyConfig, { hands, endings, handing, successions }: BearerParts) {
    this.#config = config
    this.#hands = hands
    this.#endings = endings
    this.#handing = handing
    this.#successions = successions
  }

  nextWakeup(): Millis | undefined {
    return earliest(this.#nextRenew, this.#nextCheck, this.#nextAnnounce)
  }

  /** What is in hand now has to be said and looked at in time. */
  arm(now: Millis): void {
    if (!this.#hands.announcements.empty) {
      this.#nextAnnounce = Math.min(this.#nextAnnounce, now + this.#config.announceMs)
    }
    if (this.#hands.borne.size === 0) return
    this.#nextRenew = Math.min(this.#nextRenew, now + this.#config.renewMs)
    this.#nextCheck = Math.min(this.#nextCheck, now + this.#config.leaseCheckMs)
  }

  onWake(now: Millis, out: Out): void {
    if (now >= this.#nextAnnounce) this.#announce(now, out)
    if (now >= this.#nextRenew) {
      const { borne, incarnation, renewals } = this.#hands
      for (const { to, message } of renewals.round(borne.values(), incarnation, now)) {
        out.push({ type: 'send', to, message })
      }
      this.#sayAgain(now, out)
      this.#successions.look(now, out)
      this.#nextRenew = borne.size > 0 ? now + this.#config.renewMs : Infinity
    }
    if (now >= this.#nextCheck) {
      this.#checkLeases(now, out)
      this.#nextCheck = this.#hands.borne.size > 0 ? now + this.#config.leaseCheckMs : Infinity
    }
  }

  #announce(now: Millis, out: Out): void {
    const { announcements, borne, renewals, incarnation, self } = this.#hands
    const still = (b: Borne) => borne.get(b.record.id) === b
    const grown = announcements.grown(now - this.#config.announceMs, still)
    for (const { to, message } of renewals.announce(grown, incarnation, now)) out.push({ type: 'send', to, message })
    for (const { to, message } of announcements.takeNotes(self)) out.push({ type: 'send', to, message, along: true })
    this.#nextAnnounce = announcements.empty ? Infinity : now + this.#config.announceMs
  }

  /** What was not answered for a whole period. */
  #sayAgain(now: Millis, out: Out): void {
    for (const borne of this.#hands.borne.values()) {
      if (now - borne.sinceMs < this.#config.renewMs) continue
      if (borne.outcome) this.#endings.sendCommits(borne, out)
      else if (borne.state === 'beginning') this.#handing.sayBegin(borne, out)
    }
  }

  #checkLeases(now: Millis, out: Out): void {
    const waitingToo = now >= this.#nextWaitingCheck
    if (waitingToo) this.#nextWaitingCheck = now + this.#config.renewMs
    for (const borne of this.#hands.borne.values()) {
      const { ballot, handed, state } = borne
      const task = borne.record.id
      // By then its custodians have started another ballot, or the receiver has answered them.
      if (handed && now - handed.atMs > 2 * this.#config.leaseMs) this.#hands.borne.delete(task)
      if ((borne.ending && !putsBack(borne)) || !leased.has(state) || !borne.durable) continue
      // What only waits is looked at once a period: nothing of it runs on.
      if (state === 'waiting' && !waitingToo) continue
      if (!this.#hands.renewals.ranOut(borne, now)) continue
      out.push({ type: 'leaseLost', task, ballot })
      if (state === 'waiting' || state === 'beginning') {
        // Nothing runs: as long as it is renewed anywhere, nobody else may take it up.
        this.#endings.giveUp(borne, { ran: false, code: 'lease-lost', message: 'its custodians did not answer' }, out)
        continue
      }
      borne.ending = 'lease-lost'
      out.push({ type: 'halt', task, ballot: borne.runBallot, code: 'fenced' })
    }
  }
}
