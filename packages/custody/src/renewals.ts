import type { Millis } from '@souk/kernel'
import type { Incarnation, MessageOf, PeerId } from '@souk/wire'
import type { Borne } from './borne.ts'
import type { CustodyConfig } from './config.ts'
import { majorityTime } from './quorum.ts'
import { type Held, RenewalLink } from './renewal-link.ts'

type Renewal = { to: PeerId; message: MessageOf<'renew'> }

/** Borne tasks that custodians must keep hearing of. */
const renewed = new Set<Borne['state']>(['waiting', 'beginning', 'queued', 'running', 'committing'])

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

  /** One round of renewals, by custodian in the order of their ids. A task whose first lease is younger than a period is left out. */
  round(borne: Iterable<Borne>, incarnation: Incarnation, now: Millis): Renewal[] {
    const youngMs = now - this.#config.renewMs
    const held = this.#byCustodian(
      borne,
      (b) => !this.#isLeft(b, now) && (Math.min(b.sinceMs, b.leasedMs) <= youngMs || this.#isSaid(b)),
    )
    const round: Renewal[] = []
    for (const to of [...this.#links.keys()].sort()) {
      const messages = this.#links.get(to)!.renew(held.get(to) ?? [], incarnation, now)
      if (messages.length === 0) this.#links.delete(to)
      for (const message of messages) round.push({ to, message })
    }
    return round
  }

  /** These run here: their custodians learn who bears them, and the first lease of this bearer begins. */
  announce(borne: readonly Borne[], incarnation: Incarnation, now: Millis): Renewal[] {
    const news = this.#byCustodian(borne, () => true)
    const round: Renewal[] = []
    for (const to of [...news.keys()].sort()) {
      for (const message of this.#links.get(to)!.announce(news.get(to)!, incarnation, now)) round.push({ to, message })
    }
    return round
  }

  #byCustodian(borne: Iterable<Borne>, wanted: (borne: Borne) => boolean): Map<PeerId, Held[]> {
    const held = new Map<PeerId, Held[]>()
    for (const b of borne) {
      // Before its record is on a majority's disks nobody owes it a lease.
      if (!renewed.has(b.state) || !b.durable || this.#needsNone(b) || !wanted(b)) continue
      for (const custodian of b.record.custodians) {
        const list = held.get(custodian) ?? []
        list.push(heldOf(b))
        held.set(custodian, list)
        if (!this.#links.has(custodian)) this.#links.set(custodian, new RenewalLink(this.#counter))
      }
    }
    return held
  }

  /** An outcome that no majority answers to: renewed by the rest it would keep them from looking where it went. */
  #isLeft(borne: Borne, now: Millis): boolean {
    return borne.state === 'committing' && this.ranOut(borne, now)
  }

  /** What waits where it was begun was not announced; what waits where it was brought to was. */
  #isSaid({ record, state, announced }: Borne): boolean {
    return (
      (state !== 'waiting' || !announced) &&
      record.custodians.some((c) => this.#links.get(c)?.confirmedMs(record.id) !== undefined)
    )
  }

  /** All of a sending is confirmed but what is refused or not known there. */
  onRenewed(from: PeerId, { seq, again, lacking, refused }: MessageOf<'renewed'>): void {
    const link = this.#links.get(from)
    link?.onRenewed(seq, again)
    for (const { task } of [...lacking, ...refused]) link?.unsay(task)
  }

  onConnected(peer: PeerId): void {
    this.#links.get(peer)?.reset()
  }

  /** Whether this run has to stop: its lease was not confirmed by a majority of custodians in time. */
  ranOut(borne: Borne, now: Millis): boolean {
    return now >= this.runsUntilMs(borne)
  }

  /** When it has to stop unless a majority confirms it again before. Infinity: it needs no lease. */
  runsUntilMs(borne: Borne): Millis {
    if (this.#needsNone(borne)) return Infinity
    const { leaseStopMs, unconfirmedStopMs } = this.#config
    const heldMs = this.heldSinceMs(borne)
    if (borne.announced || heldMs > borne.leasedMs) return heldMs + leaseStopMs
    // Until a majority has heard of this bearer, they may give the task to another without knowing of it.
    return Math.min(heldMs + leaseStopMs, borne.sinceMs + unconfirmedStopMs)
  }

  /** When the last sending that a majority confirmed was sent: from then on its lease counts. Infinity: it has none yet. */
  heldSinceMs(borne: Borne): Millis {
    if (this.#needsNone(borne)) return Infinity
    const { custodians, id } = borne.record
    return majorityTime(
      custodians.map((c) => Math.max(this.#links.get(c)?.confirmedMs(id) ?? -Infinity, borne.leasedMs)),
    )
  }

  /** Kept by this very peer alone, which began its ballot too and so takes itself for its bearer: it ends with it. */
  #needsNone({ record, ballot }: Borne): boolean {
    return record.custodians.length === 1 && record.custodians[0] === this.#self && ballot.peer === this.#self
  }
}

function heldOf({ record, ballot, state, offered }: Borne): Held {
  const moves = offered?.baton.moves ?? 0
  const path = offered?.baton.path ?? []
  const held: Held = { task: record.id, version: record.version, ballot, state: stateSaid(state) }
  if (moves > 0) held.moves = moves
  // What runs goes nowhere under this ballot.
  if (path.length > 0 && (held.state === 'waiting' || held.state === 'queued')) held.path = [...path]
  return held
}

function stateSaid(state: Borne['state']): Held['state'] {
  if (state === 'committing') return 'ending'
  return state === 'beginning' ? 'queued' : (state as Held['state'])
}
