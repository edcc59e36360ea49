import type { Millis } from '@souk/kernel'
import type { Incarnation, MessageOf, PeerId, TaskId } from '@souk/wire'
import type { Borne } from './borne.ts'
import type { CustodyConfig } from './config.ts'
import { majorityTime } from './quorum.ts'
import { type Held, RenewalLink } from './renewal-link.ts'

/** Borne tasks that a custodian elsewhere must keep hearing of. */
const renewed = new Set(['waiting', 'queued', 'running', 'committing'])

/** The bearer's side of leases: what to say to each custodian, and which runs were not confirmed in time. */
export class Renewals {
  readonly #config: CustodyConfig
  readonly #self: PeerId
  readonly #links = new Map<PeerId, RenewalLink>()
  readonly #counter = { seq: 0 }

  constructor(config: CustodyConfig, self: PeerId) {
    this.#config = config
    this.#self = self
  }

  /** One round of renewals, by custodian in the order of their ids. */
  round(borne: Iterable<Borne>, incarnation: Incarnation, now: Millis): { to: PeerId; message: MessageOf<'renew'> }[] {
    const held = new Map<PeerId, Held[]>()
    for (const b of borne) {
      if (!renewed.has(b.state) || now - b.sinceMs < this.#config.renewMs) continue
      const state = b.state === 'committing' ? 'ending' : (b.state as Held['state'])
      for (const custodian of b.record.custodians) {
        if (custodian === this.#self) continue
        const list = held.get(custodian) ?? []
        list.push({ task: b.record.id, ballot: b.ballot, state })
        held.set(custodian, list)
        if (!this.#links.has(custodian)) this.#links.set(custodian, new RenewalLink(this.#counter))
      }
    }
    const round: { to: PeerId; message: MessageOf<'renew'> }[] = []
    for (const to of [...this.#links.keys()].sort()) {
      const messages = this.#links.get(to)!.renew(held.get(to) ?? [], incarnation, now)
      if (messages.length === 0) this.#links.delete(to)
      for (const message of messages) round.push({ to, message })
    }
    return round
  }

  onRenewed(from: PeerId, seq: number, again: boolean): void {
    this.#links.get(from)?.onRenewed(seq, again)
  }

  onConnected(peer: PeerId): void {
    this.#links.get(peer)?.reset()
  }

  /** Whether a majority of custodians has not confirmed this task's lease for `leaseStopMs`. */
  ranOut(borne: Borne, now: Millis): boolean {
    if (now - borne.sinceMs < this.#config.leaseStopMs) return false
    const confirmed = borne.record.custodians.map((custodian) => this.#confirmedMs(custodian, borne, now))
    return now - majorityTime(confirmed) >= this.#config.leaseStopMs
  }

  #confirmedMs(custodian: PeerId, borne: Borne, now: Millis): Millis {
    if (custodian === this.#self) return now
    const task: TaskId = borne.record.id
    return this.#links.get(custodian)?.confirmedMs(task) ?? borne.sinceMs
  }
}
