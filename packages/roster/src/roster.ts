import { earliest, invariant, type Machine, type Millis, type Prng } from '@souk/kernel'
import { limits, type MemberUpdate, type Offer, type PeerId, type RosterMessage } from '@souk/wire'
import { Adverts } from './adverts.ts'
import { AntiEntropy } from './anti-entropy.ts'
import type { RosterConfig } from './config.ts'
import type { RosterEffect } from './effects.ts'
import type { RememberedMember, RosterInput } from './inputs.ts'
import { noProof } from './life.ts'
import { Links } from './links.ts'
import { LocalHealth } from './local-health.ts'
import type { Member, MemberRecord, RoundTripTimes } from './member.ts'
import { MemberTable } from './member-table.ts'
import { Membership } from './membership.ts'
import { OwnAdvert, type OwnChange } from './own-advert.ts'
import { Probes } from './probes.ts'
import { Removals } from './removals.ts'
import { Rumours } from './rumours.ts'
import { type RosterSnapshot, snapshotOf } from './snapshot.ts'
import { Suspicions } from './suspicions.ts'

type InputOf<T extends RosterInput['type']> = Extract<RosterInput, { type: T }>

/**
 * Who is a member, who is alive, and what each offers (protocol.md 1 and 2). It routes each input to the part that sees to it;
 * the peer steps it, and gives the other machines views of it.
 *
 * I9  Incarnations only rise: what is held of a member's life is replaced only by a greater one (`life.ts`). Who has left
 *     returns only with a higher incarnation, who is dead with that or a denial. A life counts only with its own peer's
 *     signature, which is kept with it: it can be shown to that peer, and nobody can make up a life of another.
 * I10 Order-free: of updates the greatest, of adverts the newest is kept; the same set in any order, any number of
 *     times, gives the same roster.
 * I11 Bounded: members, rumours, early updates, probes, relays, answers to syncs, updates and adverts per message.
 *
 * Liveness decides who is asked, never who may run: leases do that.
 */
export class Roster implements Machine<RosterInput, RosterEffect> {
  readonly #config: RosterConfig
  readonly #self: PeerId
  readonly #table: MemberTable
  readonly #rumours: Rumours
  readonly #health: LocalHealth
  readonly #membership: Membership
  /** peers that were removed from the mesh, and will never be members again */
  readonly removed: Pick<Removals, 'has' | 'peers'>
  readonly #probes: Probes
  readonly #adverts: Adverts
  readonly #antiEntropy: AntiEntropy
  readonly #links: Links
  #own: MemberRecord | undefined
  #ownAdvert: OwnAdvert | undefined

  constructor(config: RosterConfig, { self, prng }: { self: PeerId; prng: Prng }) {
    this.#config = config
    this.#self = self
    const table = new MemberTable(self, Math.min(config.membersMax, limits.membersMax))
    const rumours = new Rumours(config, table)
    const health = new LocalHealth(config)
    const suspicions = new Suspicions(config, table)
    const removals = new Removals()
    const membership = new Membership(config, { table, rumours, suspicions, health, removals })
    this.#table = table
    this.#rumours = rumours
    this.#health = health
    this.#membership = membership
    this.removed = removals
    this.#probes = new Probes(config, { table, membership, rumours, health, prng: prng.fork('probes') })
    this.#adverts = new Adverts(table, membership)
    this.#antiEntropy = new AntiEntropy(config, { table, probes: this.#probes, removals, prng: prng.fork('sync') })
    const [probes, adverts, antiEntropy] = [this.#probes, this.#adverts, this.#antiEntropy]
    this.#links = new Links({ table, membership, rumours, probes, adverts, antiEntropy })
  }

  /** Rises with every change that matters to placement: members, states, reachability, offers. */
  get version(): number {
    return this.#table.version
  }

  /** Everybody whose certificate stands, this peer included, by id; also the dead and those who left. Not a copy. */
  members(): readonly Member[] {
    return this.#table.members()
  }

  get(peer: PeerId): Member | undefined {
    const record = this.#table.find(peer)
    return record?.expired ? undefined : record
  }

  /** Whether the peer may be asked and given work now. This one is reachable to itself until it leaves. */
  reachable(peer: PeerId): boolean {
    return this.#table.find(peer)?.reachable ?? false
  }

  /** Whether a link to the peer is open and it is neither dead nor gone, though it may be slow to answer. */
  linked(peer: PeerId): boolean {
    return this.#table.find(peer)?.linked ?? false
  }

  /** What the peer offers in its present life, as far as that is known. */
  offerOf(peer: PeerId): Offer | undefined {
    return this.get(peer)?.advert?.offer
  }

  rtt(peer: PeerId): RoundTripTimes | undefined {
    return this.#table.find(peer)?.rtt
  }

  /** The 95th percentile of the last 64 round trips to anybody. */
  get rttP95(): Millis | undefined {
    return this.#probes.rttP95
  }

  /** Higher than the own incarnation if others have proof of a later life of this peer id: then its store is an old one. */
  get incarnationSeenOfSelf(): number {
    return this.#membership.seenOfSelf
  }

  step(input: RosterInput, now: Millis, out: RosterEffect[]): void {
    if (input.type === 'start') {
      this.#onStart(input, now, out)
      return
    }
    const own = this.#own
    invariant(own !== undefined, `the roster got ${input.type} before start`)
    // A peer that has left says nothing more.
    if (own.state === 'left') return
    switch (input.type) {
      case 'wake':
        this.#onWake(now, out)
        break
      case 'connected':
        this.#links.onConnected(input, now, out)
        break
      case 'disconnected':
        this.#links.onDisconnected(input.peer, now, out)
        break
      case 'message':
        this.#onMessage(input.from, input.message, now, out)
        break
      case 'gossip':
        this.#adverts.onAdvert(input.advert, now, out)
        break
      case 'offer':
      case 'addresses':
      case 'drain':
      case 'demand':
        this.#onOwnChange(input, now, out)
        break
      case 'leave':
        this.#onLeave(own, now, out)
        break
      case 'remove':
        this.#links.onRemovals([input.removal], undefined, out)
        break
      case 'lag':
        this.#health.onLag(input.lagMs)
        break
      case 'wall':
        this.#membership.setWall(input.wallMs, now, out)
        break
    }
  }

  nextWakeup(): Millis | undefined {
    if (this.#own === undefined || this.#own.state === 'left') return undefined
    return earliest(
      this.#probes.nextWakeup(),
      this.#membership.nextWakeup(),
      this.#ownAdvert!.nextWakeup(),
      this.#antiEntropy.nextWakeup(),
    )
  }

  snapshot(): RosterSnapshot {
    return snapshotOf(this.#self, this.#table, {
      health: this.#health.score,
      rumours: this.#rumours.size,
      probes: this.#probes.size,
      rttP95: this.rttP95,
      incarnationSeenOfSelf: this.incarnationSeenOfSelf,
    })
  }

  #onStart(input: InputOf<'start'>, now: Millis, out: RosterEffect[]): void {
    invariant(this.#own === undefined, 'the roster was started twice')
    invariant(input.certificate.peer === this.#self, 'the own certificate is of another peer')
    const { incarnation, proof, offer, certificate, addresses } = input
    const own = this.#table.admit(this.#self, certificate, { state: 'alive', incarnation, proof, denial: 0 }, now)
    invariant(own !== undefined, 'there is no room for this peer itself')
    this.#own = own
    const facts = { peer: this.#self, incarnation, proof, offer, certificate, addresses }
    this.#ownAdvert = new OwnAdvert(this.#config, this.#table, facts)
    this.#membership.start(own, input.wallMs, now)
    this.#probes.start(now)
    this.#antiEntropy.start(now)
    this.#publishOwn(now, out)
    for (const removal of input.removed ?? []) this.#membership.onRemoval(removal, out)
    for (const remembered of input.known ?? []) this.#remember(remembered, now, out)
  }

  #remember(remembered: RememberedMember, now: Millis, out: RosterEffect[]): void {
    const { certificate, incarnation, proof = noProof, advert } = remembered
    const { peer } = certificate
    if (peer === this.#self || this.#table.find(peer) || this.removed.has(peer)) return
    const record = this.#membership.admit(peer, certificate, { incarnation, proof }, now)
    if (!record) return
    if (advert) record.onAdvert(advert)
    this.#membership.watchExpiry(record, now, out)
  }

  #onWake(now: Millis, out: RosterEffect[]): void {
    const lateMs = now - this.nextWakeup()!
    if (lateMs > this.#config.lagMsMin) {
      // This peer was frozen or starved: silence in that time accuses nobody, and answers that wait unread get time to be read.
      this.#health.onLag(lateMs)
      const missedMs = lateMs + this.#config.probeTimeoutMsMin
      this.#probes.postpone(missedMs)
      this.#membership.postpone(missedMs)
    }
    this.#probes.wake(now, out)
    this.#membership.wake(now, out)
    this.#publishOwn(now, out)
    this.#antiEntropy.wake(now, out)
  }

  #onMessage(peer: PeerId, message: RosterMessage, now: Millis, out: RosterEffect[]): void {
    const from = this.#table.find(peer)
    if (from === undefined || from.expired) return
    if (!from.connected) {
      this.#links.onUntaken(from, message, out)
      return
    }
    if ('updates' in message) this.#hear(message.updates, now, out)
    switch (message.t) {
      case 'ping':
        this.#probes.onPing(from, message, out)
        break
      case 'ack':
        this.#probes.onAck(from, message, now, out)
        break
      case 'pingReq':
        this.#probes.onPingReq(from, message, now, out)
        break
      case 'pingRes':
        this.#probes.onPingRes(from, message, now, out)
        break
      case 'sync':
        this.#antiEntropy.onSync(from, message, now, out)
        break
      case 'adverts':
        for (const advert of message.adverts) this.#adverts.onAdvert(advert, now, out)
        break
      case 'removed':
        this.#links.onRemovals(message.removals, peer, out)
        break
      case 'leave':
        this.#membership.onLeave(from, message.incarnation, now, out)
        break
    }
  }

  #hear(updates: readonly MemberUpdate[], now: Millis, out: RosterEffect[]): void {
    for (const update of updates) {
      const record = this.#table.find(update.peer)
      const before = record?.advert
      const isNewSuspect = this.#membership.onUpdate(update, now, out)
      if (record === undefined) continue
      this.#adverts.announceChange(record, before, out)
      if (isNewSuspect) this.#probes.onSuspected(record, now, out)
    }
  }

  #onOwnChange(change: OwnChange, now: Millis, out: RosterEffect[]): void {
    const own = this.#own!
    const before = own.advert
    this.#ownAdvert!.on(change)
    own.onAdvert(this.#ownAdvert!.current)
    this.#adverts.announceChange(own, before, out)
    this.#publishOwn(now, out)
  }

  #publishOwn(now: Millis, out: RosterEffect[]): void {
    this.#ownAdvert!.wake(now, out)
    this.#own!.onAdvert(this.#ownAdvert!.current)
  }

  #onLeave(own: MemberRecord, now: Millis, out: RosterEffect[]): void {
    for (const { peer, connected } of this.#table.members()) {
      if (connected) out.push({ type: 'send', to: peer, message: { t: 'leave', incarnation: own.incarnation } })
    }
    this.#membership.onLeave(own, own.incarnation, now, out)
    this.#probes.stop()
    this.#antiEntropy.stop()
    this.#ownAdvert!.stop()
  }
}
