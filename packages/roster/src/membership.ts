import { BoundedMap, Deadlines, earliest, type Millis, type WallMillis } from '@souk/kernel'
import type { Certificate, Incarnation, MemberUpdate, PeerId, Removal } from '@souk/wire'
import type { RosterConfig } from './config.ts'
import type { RosterEffect } from './effects.ts'
import { denialMax, keptLife, type Life, mayBeTold, type ProvenLife, supersedes, updateOf } from './life.ts'
import type { LocalHealth } from './local-health.ts'
import type { MemberRecord } from './member.ts'
import type { MemberTable } from './member-table.ts'
import type { Removals } from './removals.ts'
import type { Rumours } from './rumours.ts'
import type { Suspicions } from './suspicions.ts'

interface Parts {
  table: MemberTable
  rumours: Rumours
  suspicions: Suspicions
  health: LocalHealth
  removals: Removals
}

/**
 * The one place where what is held of members' lives changes: whatever is heard goes in, and the greatest is kept (I9, I10).
 * Also admits members, lets certificates expire and applies removals. All other parts call it.
 */
export class Membership {
  readonly #table: MemberTable
  readonly #rumours: Rumours
  readonly #suspicions: Suspicions
  readonly #health: LocalHealth
  readonly #removals: Removals
  /** rumours about peers whose certificate has not come yet, of each the greatest; the oldest goes when full (I11) */
  readonly #early: BoundedMap<PeerId, MemberUpdate>
  readonly #expiries = new Deadlines<PeerId>()
  #wallOffsetMs = 0
  #own: MemberRecord | undefined
  #seenOfSelf: Incarnation = 0

  constructor(config: RosterConfig, parts: Parts) {
    this.#table = parts.table
    this.#rumours = parts.rumours
    this.#suspicions = parts.suspicions
    this.#health = parts.health
    this.#removals = parts.removals
    this.#early = new BoundedMap(config.earlyUpdatesMax)
  }

  /** The highest incarnation that this peer is proven to have had. */
  get seenOfSelf(): Incarnation {
    return this.#seenOfSelf
  }

  start(own: MemberRecord, wallMs: WallMillis, now: Millis): void {
    this.#own = own
    this.#wallOffsetMs = wallMs - now
    this.#seenOfSelf = own.incarnation
  }

  /** Certificates expire by the wall clock: with a new one some may expire now, and others be valid again. */
  setWall(wallMs: WallMillis, now: Millis, out: RosterEffect[]): void {
    this.#wallOffsetMs = wallMs - now
    for (const record of this.#table.known()) if (!record.isSelf) this.watchExpiry(record, now, out)
  }

  nextWakeup(): Millis | undefined {
    return earliest(this.#suspicions.nextWakeup(), this.#expiries.next())
  }

  wake(now: Millis, out: RosterEffect[]): void {
    for (let peer = this.#suspicions.popDue(now); peer !== undefined; peer = this.#suspicions.popDue(now)) {
      const record = this.#table.find(peer)
      if (record?.state === 'suspect') this.#tell(record, { ...record.life, state: 'dead' }, now, out)
    }
    for (let peer = this.#expiries.popDue(now); peer !== undefined; peer = this.#expiries.popDue(now)) {
      const record = this.#table.find(peer)
      if (record !== undefined && this.isVoid(record.certificate, now)) this.#expire(record, out)
    }
  }

  /** Whether a certificate makes nobody a member: it has run out, or its peer was removed. */
  isVoid({ peer, expiresWallMs }: Certificate, now: Millis): boolean {
    if (this.#removals.has(peer)) return true
    return expiresWallMs !== 0 && expiresWallMs <= now + this.#wallOffsetMs
  }

  /** False: it was known, or cannot be kept. If this peer itself is removed, it goes on, and its host decides what follows. */
  onRemoval(removal: Removal, out: RosterEffect[]): boolean {
    if (!this.#removals.add(removal)) return false
    this.#early.delete(removal.peer)
    const record = this.#table.find(removal.peer)
    if (record !== undefined && !record.isSelf) this.#expire(record, out)
    out.push({ type: 'removed', removal })
    return true
  }

  /** The peer's record, made if it is new; undefined where there is no room for it. */
  admit(peer: PeerId, certificate: Certificate, life: ProvenLife, now: Millis): MemberRecord | undefined {
    const known = this.#table.find(peer)
    if (known !== undefined) return known
    return this.#table.admit(peer, certificate, begun(life), now)
  }

  /** Tells of a record that was just made, then applies the rumour that came before its certificate, if any. */
  announce(record: MemberRecord, now: Millis, out: RosterEffect[]): void {
    out.push({ type: 'memberChanged', peer: record.peer, state: record.state, incarnation: record.incarnation })
    const early = this.#early.get(record.peer)
    if (early === undefined) return
    this.#early.delete(record.peer)
    this.#hold(record, early, now, out)
  }

  /** Called when a record's certificate may have changed: its expiry is watched, and a renewed one makes a member again. */
  watchExpiry(record: MemberRecord, now: Millis, out: RosterEffect[]): void {
    const { expiresWallMs } = record.certificate
    if (expiresWallMs === 0) this.#expiries.delete(record.peer)
    // Never in the past: a wake-up that is late counts as a sign that this peer was frozen.
    else this.#expiries.set(record.peer, Math.max(now, expiresWallMs - this.#wallOffsetMs))
    if (!record.expired || this.isVoid(record.certificate, now)) return
    this.#table.setExpired(record, false)
    out.push({ type: 'memberChanged', peer: record.peer, state: record.state, incarnation: record.incarnation })
  }

  /** A life that the member proved itself, by an advert or a hello: it replaces any earlier one. */
  onLife(record: MemberRecord, life: ProvenLife, now: Millis, out: RosterEffect[]): boolean {
    return this.#hold(record, begun(life), now, out)
  }

  /** A rumour. True: it made a suspect of a member, which is then worth a probe by this peer. */
  onUpdate(update: MemberUpdate, now: Millis, out: RosterEffect[]): boolean {
    if (!mayBeTold(update) || this.#removals.has(update.peer)) return false
    if (update.peer === this.#table.self) {
      this.#onUpdateOfSelf(update)
      return false
    }
    const record = this.#table.find(update.peer)
    if (record === undefined) {
      const earlier = this.#early.get(update.peer)
      if (earlier === undefined || supersedes(update, earlier)) this.#early.push(update.peer, update)
      return false
    }
    return this.#tell(record, update, now, out) && record.state === 'suspect'
  }

  /** A member says that it leaves: it counts only for the life that is held. */
  onLeave(record: MemberRecord, incarnation: Incarnation, now: Millis, out: RosterEffect[]): void {
    if (incarnation === record.incarnation) this.#tell(record, { ...record.life, state: 'left' }, now, out)
  }

  /** A probe failed, and so did those of `confirmers`. */
  onUnanswered(record: MemberRecord, confirmers: readonly PeerId[], now: Millis, out: RosterEffect[]): void {
    const { self } = this.#table
    if (this.#tell(record, { ...record.life, state: 'suspect' }, now, out)) this.#suspicions.accuse(record.peer, self)
    // A suspicion by hearsay is confirmed by this peer's own probe, too; `Suspicions` counts no accuser as confirmer.
    this.#suspicions.confirm(record.peer, [self, ...confirmers])
  }

  /** This peer was frozen for so long: suspects get that much more time to deny. */
  postpone(byMs: Millis): void {
    this.#suspicions.postpone(byMs)
  }

  /** Proof of a life of this peer, signed by itself: a later one than its store knows says that the store is old. */
  onProofOfSelf(incarnation: Incarnation): void {
    this.#seenOfSelf = Math.max(this.#seenOfSelf, incarnation)
  }

  #expire(record: MemberRecord, out: RosterEffect[]): void {
    if (record.expired) return
    this.#table.setExpired(record, true)
    this.#suspicions.close(record.peer)
    out.push({ type: 'memberChanged', peer: record.peer, state: 'left', incarnation: record.incarnation })
  }

  /** A rumour about this peer: of its present life a suspicion or death is denied, by a higher denial. */
  #onUpdateOfSelf(update: MemberUpdate): void {
    const own = this.#own!
    this.onProofOfSelf(update.incarnation)
    if (update.incarnation !== own.incarnation || update.state === 'left' || own.state === 'left') return
    if (update.denial < own.life.denial) return
    if (update.state === 'alive') {
      own.life = { ...own.life, denial: update.denial }
      return
    }
    own.life = { ...own.life, denial: Math.min(update.denial + 1, denialMax) }
    this.#rumours.add(updateOf(own.peer, own.life))
    this.#health.onSuspected()
  }

  /** Holds this life, and if it was news spreads it as a rumour. True: it was. */
  #tell(record: MemberRecord, life: Life, now: Millis, out: RosterEffect[]): boolean {
    if (!this.#hold(record, life, now, out)) return false
    this.#rumours.add(updateOf(record.peer, record.life))
    return true
  }

  /** Replaces the held life if this one is greater, with what follows from that. True: it was. */
  #hold(record: MemberRecord, life: Life, now: Millis, out: RosterEffect[]): boolean {
    const held = record.life
    if (!supersedes(life, held)) return false
    record.life = keptLife(life)
    if (record.state === 'suspect') this.#suspicions.open(record.peer, now)
    else this.#suspicions.close(record.peer)
    if (held.state !== life.state || held.incarnation !== life.incarnation) {
      record.sinceMs = now
      this.#table.touch()
      if (!record.expired) {
        out.push({ type: 'memberChanged', peer: record.peer, state: life.state, incarnation: life.incarnation })
      }
    }
    return true
  }
}

function begun({ incarnation, proof }: ProvenLife): Life {
  return { state: 'alive', incarnation, proof, denial: 0 }
}
