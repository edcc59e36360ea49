import type { Millis } from '@souk/kernel'
import type { Incarnation, MessageOf, PeerId } from '@souk/wire'
import type { Borne } from './borne.ts'
import type { CustodyConfig } from './config.ts'
import { majorityTime } from './quorum.ts'
import { type Held, RenewalLink } from './renewal-link.ts'

type Renewal = { to: PeerId; message: MessageOf<'renew'> }

/** States of batons whose leases are renewed. */
const renewed = new Set<Borne['state']>(['waiting', 'beginning', 'queued', 'running', 'committing'])

/**
 * The bearer's side of leases (I5): what to renew at each custodian, when a majority last confirmed a task, and until when it
 * may run. Per custodian a `RenewalLink`. `BearerRounds` sends its rounds, `Bearer` brings the answers.
 */
export class Renewals {
  readonly #config: CustodyConfig
  readonly #self: PeerId
  readonly #links = new Map<PeerId, RenewalLink>()
  readonly #counter = { seq: 0 }

  constructor(config: CustodyConfig, self: PeerId) {
    this.#config = config
    this.#self = self
  }

  /** One round of renewals, by custodian in the order of ids, of batons that are a period old or were confirmed before. */
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

  /** Announcements of these batons: their custodians learn who bears them, and this bearer's first lease begins. */
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
      // Not before a majority has the record on disk: until then custodians owe it no lease.
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

  /** An outcome that no majority answers. It is not renewed: the few that do answer would never go to recover the task. */
  #isLeft(borne: Borne, now: Millis): boolean {
    return borne.state === 'committing' && this.ranOut(borne, now)
  }

  /** Whether a young baton was announced and confirmed; what waits at the peer that began its ballot is not announced. */
  #isSaid({ record, state, announced }: Borne): boolean {
    return (
      (state !== 'waiting' || !announced) &&
      record.custodians.some((c) => this.#links.get(c)?.confirmedMs(record.id) !== undefined)
    )
  }

  /** A custodian's answer confirms all that its renewal extended, except what it refuses or lacks. */
  onRenewed(from: PeerId, { seq, again, lacking, refused }: MessageOf<'renewed'>): void {
    const link = this.#links.get(from)
    link?.onRenewed(seq, again)
    for (const { task } of [...lacking, ...refused]) link?.unsay(task)
  }

  onConnected(peer: PeerId): void {
    this.#links.get(peer)?.reset()
  }

  /** Whether the lease is over on this side: a run has to stop, and what waits must not be placed. */
  ranOut(borne: Borne, now: Millis): boolean {
    return now >= this.runsUntilMs(borne)
  }

  /** Until when the baton may be used unless a majority confirms it again before. Infinity: it needs no lease. */
  runsUntilMs(borne: Borne): Millis {
    if (this.#needsNone(borne)) return Infinity
    const { leaseStopMs, unconfirmedStopMs } = this.#config
    const heldMs = this.heldSinceMs(borne)
    if (borne.announced || heldMs > borne.leasedMs) return heldMs + leaseStopMs
    // Until a majority has heard of this bearer, custodians may recover the task without knowing that it runs here.
    return Math.min(heldMs + leaseStopMs, borne.sinceMs + unconfirmedStopMs)
  }

  /** When the last renewal that a majority confirmed was sent: the lease counts from then. Infinity: it needs none here. */
  heldSinceMs(borne: Borne): Millis {
    if (this.#needsNone(borne)) return Infinity
    const { custodians, id } = borne.record
    return majorityTime(
      custodians.map((c) => Math.max(this.#links.get(c)?.confirmedMs(id) ?? -Infinity, borne.leasedMs)),
    )
  }

  /** This peer is the only custodian, and began the ballot: custodian and bearer end together, so no lease is needed. */
  #needsNone({ record, ballot }: Borne): boolean {
    return record.custodians.length === 1 && record.custodians[0] === this.#self && ballot.peer === this.#self
  }
}

function heldOf({ record, ballot, state, offered }: Borne): Held {
  const moves = offered?.baton.moves ?? 0
  const path = offered?.baton.path ?? []
  const held: Held = { task: record.id, version: record.version, ballot, state: stateSaid(state) }
  if (moves > 0) held.moves = moves
  // Who had it before matters only as long as the baton may go on: what runs goes nowhere under this ballot.
  if (path.length > 0 && (held.state === 'waiting' || held.state === 'queued')) held.path = [...path]
  return held
}

function stateSaid(state: Borne['state']): Held['state'] {
  if (state === 'committing') return 'ending'
  return state === 'beginning' ? 'queued' : (state as Held['state'])
}
