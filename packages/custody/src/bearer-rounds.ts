import { earliest, type Millis } from '@souk/kernel'
import { type BearerEndings, putsBack } from './bearer-endings.ts'
import type { BearerEffect } from './bearer-io.ts'
import type { Borne } from './borne.ts'
import type { CustodyConfig } from './config.ts'
import type { Handing } from './handing.ts'
import type { Hands } from './hands.ts'
import type { Successions } from './successions.ts'

type Out = BearerEffect[]

/** States in which a baton is given up, or its run stopped, once no majority of custodians has confirmed it in time. */
const leased = new Set<Borne['state']>(['waiting', 'beginning', 'queued', 'running'])

interface BearerParts {
  hands: Hands
  endings: BearerEndings
  handing: Handing
  successions: Successions
}

/**
 * What a bearer does by the clock: it announces new runs, renews leases, repeats what was not answered, looks after
 * successions, and ends what has lost its lease (I5). `Bearer` arms and wakes it.
 */
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

  /** Sets the next rounds, as soon as there is anything in hand to announce, renew or check. */
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

  /** Repeats COMMITs and BEGINs to who has not answered, of batons older than a period. */
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
      // By then the receiver renews it, or its custodians have recovered the task: the handover is not to be repeated.
      if (handed && now - handed.atMs > 2 * this.#config.leaseMs) this.#hands.borne.delete(task)
      if ((borne.ending && !putsBack(borne)) || !leased.has(state) || !borne.durable) continue
      // What only waits is looked at less often, once a period: there is no run to be stopped in time.
      if (state === 'waiting' && !waitingToo) continue
      if (!this.#hands.renewals.ranOut(borne, now)) continue
      out.push({ type: 'leaseLost', task, ballot })
      if (state === 'waiting' || state === 'beginning') {
        // Nothing runs, so it is given up at once: renewed on, it would only keep custodians from recovering the task.
        this.#endings.giveUp(borne, { ran: false, code: 'lease-lost', message: 'its custodians did not answer' }, out)
        continue
      }
      borne.ending = 'lease-lost'
      out.push({ type: 'halt', task, ballot: borne.runBallot, code: 'fenced' })
    }
  }
}
