import { Deadlines, type Millis, type Prng, RoundTrip } from '@souk/kernel'
import { limits, type MemberUpdate, type MessageOf, type PeerId } from '@souk/wire'
import type { RosterConfig } from './config.ts'
import type { RosterEffect } from './effects.ts'
import type { LocalHealth } from './local-health.ts'
import type { MemberRecord } from './member.ts'
import type { MemberTable } from './member-table.ts'
import type { Membership } from './membership.ts'
import type { Probe } from './probe.ts'
import { ProbeRing } from './probe-ring.ts'
import type { Rumours } from './rumours.ts'

interface Parts {
  table: MemberTable
  membership: Membership
  rumours: Rumours
  health: LocalHealth
  prng: Prng
}

/** wait for helpers, in direct timeouts: they need one of their own, and a round trip, before they can answer */
const indirectTimeouts = 3
const nonceMax = 2 ** 32
/** most updates told to one peer at once: eight messages of them (I11) */
export const toldMax = 8 * limits.updatesMax

/**
 * SWIM's failure detector. A probe goes direct, then through helpers; a member that answers neither is suspect. A missed
 * direct answer alone makes it unreachable (`missed`), and it is probed again each period until it answers.
 */
export class Probes {
  readonly #config: RosterConfig
  readonly #parts: Parts
  readonly #table: MemberTable
  readonly #ring: ProbeRing
  readonly #prng: Prng
  readonly #open = new Map<number, Probe>()
  readonly #timeouts = new Deadlines<number>()
  /** own probes under way, by target: at most one each (I11) */
  readonly #ownOf = new Map<PeerId, number>()
  readonly #again = new Deadlines<PeerId>()
  /** round trips to all members */
  readonly #roundTrip = new RoundTrip()
  #relays = 0
  #nonce: number
  #tickMs: Millis | undefined

  constructor(config: RosterConfig, parts: Parts) {
    this.#config = config
    this.#parts = parts
    this.#table = parts.table
    this.#prng = parts.prng
    this.#ring = new ProbeRing(parts.table, parts.prng.fork('ring'))
    this.#nonce = parts.prng.uint32()
  }

  get size(): number {
    return this.#open.size
  }

  get rttP95(): Millis | undefined {
    return this.#roundTrip.p95
  }

  /** The first period ends at a random moment, so that peers started together do not probe in step. */
  start(now: Millis): void {
    this.#tickMs = now + this.#prng.float() * this.#config.probeMs
  }

  stop(): void {
    this.#tickMs = undefined
    for (const nonce of [...this.#open.keys()]) this.#close(this.#open.get(nonce)!)
    for (const { key } of this.#again.entries()) this.#again.delete(key)
  }

  nextWakeup(): Millis | undefined {
    if (this.#tickMs === undefined) return undefined
    return Math.min(this.#tickMs, this.#timeouts.next() ?? this.#tickMs, this.#again.next() ?? this.#tickMs)
  }

  wake(now: Millis, out: RosterEffect[]): void {
    if (this.#tickMs === undefined) return
    for (let nonce = this.#timeouts.popDue(now); nonce !== undefined; nonce = this.#timeouts.popDue(now)) {
      this.#onTimeout(this.#open.get(nonce)!, now, out)
    }
    for (let peer = this.#again.popDue(now); peer !== undefined; peer = this.#again.popDue(now)) {
      const record = this.#table.find(peer)
      if (record?.missed && record.connected && this.#worth(record, now)) this.probe(record, now, out)
    }
    if (this.#tickMs > now) return
    this.#tickMs = now + this.#periodMs
    const next = this.#ring.next((record) => this.#worth(record, now) && !this.#ownOf.has(record.peer))
    if (next !== undefined) this.probe(next, now, out)
  }

  /** This peer was frozen for so long: answers may be waiting unread, so timeouts move on. */
  postpone(byMs: Millis): void {
    for (const { key, at } of this.#timeouts.entries()) {
      const probe = this.#open.get(key)
      // Once only: a peer that is always late must still find out who is gone.
      if (probe?.sentMs === undefined) continue
      probe.sentMs = undefined
      this.#timeouts.set(key, at + byMs)
    }
  }

  onConnected(record: MemberRecord, now: Millis, out: RosterEffect[]): void {
    if (record.missed) this.#table.touch()
    record.missed = false
    this.#drop(record.peer)
    this.probe(record, now, out)
  }

  /** Without a link only helpers can tell whether the member lives: they are asked at once. */
  onDisconnected(record: MemberRecord, now: Millis, out: RosterEffect[]): void {
    this.#drop(record.peer)
    this.#again.delete(record.peer)
    if (this.#worth(record, now)) this.probe(record, now, out)
  }

  /** A rumour made it suspect: this peer probes it, and the ping tells it so, so that it can deny. */
  onSuspected(record: MemberRecord, now: Millis, out: RosterEffect[]): void {
    if (this.#worth(record, now)) this.probe(record, now, out)
  }

  onPing(from: MemberRecord, message: MessageOf<'ping'>, out: RosterEffect[]): void {
    const updates = this.#parts.rumours.takeFor([from])
    out.push({ type: 'send', to: from.peer, message: { t: 'ack', nonce: message.nonce, updates } })
  }

  onAck(from: MemberRecord, message: MessageOf<'ack'>, now: Millis, out: RosterEffect[]): void {
    const probe = this.#open.get(message.nonce)
    if (probe === undefined || probe.target !== from.peer) return
    if (probe.sentMs !== undefined) {
      from.roundTrip.add(now - probe.sentMs)
      this.#roundTrip.add(now - probe.sentMs)
    }
    if (from.missed) {
      from.missed = false
      this.#again.delete(from.peer)
      this.#table.touch()
    }
    this.#close(probe)
    if (probe.asker === undefined) this.#parts.health.onProbeAnswered()
    else this.#answer(probe.asker, from, true, out)
  }

  onPingReq(from: MemberRecord, message: MessageOf<'pingReq'>, now: Millis, out: RosterEffect[]): void {
    const asker = { peer: from.peer, nonce: message.nonce }
    const target = this.#table.find(message.target)
    if (target === undefined || !target.connected) {
      const updates = this.#parts.rumours.takeFor(target === undefined ? [from] : [from, target])
      const { nonce, target: peer } = message
      out.push({ type: 'send', to: from.peer, message: { t: 'pingRes', nonce, target: peer, reached: false, updates } })
    } else if (this.#relays < this.#config.relaysMax) {
      this.#sendPing(this.#openProbe(target, 'direct', asker, now), target, now, out)
    }
  }

  onPingRes(from: MemberRecord, message: MessageOf<'pingRes'>, now: Millis, out: RosterEffect[]): void {
    const probe = this.#open.get(message.nonce)
    if (probe === undefined || probe.target !== message.target || !probe.helpers.includes(from.peer)) return
    if (message.reached) {
      // The target lives, but still cannot be reached from here: `missed` stays.
      this.#close(probe)
      this.#parts.health.onProbeAnswered()
      this.#probeAgain(probe.target, now)
    } else if (!probe.refusers.includes(from.peer)) {
      probe.refusers.push(from.peer)
      if (probe.refusers.length === probe.helpers.length) this.#fail(probe, now, out)
    }
  }

  /** Starts an own probe, unless one is under way. */
  probe(record: MemberRecord, now: Millis, out: RosterEffect[]): void {
    if (this.#tickMs === undefined || this.#ownOf.has(record.peer)) return
    const probe = this.#openProbe(record, 'direct', undefined, now)
    if (record.connected) this.#sendPing(probe, record, now, out)
    else this.#askHelpers(probe, record, now, out)
  }

  /** Sends updates by pings whose answers nobody waits for. */
  tell(to: PeerId, updates: readonly MemberUpdate[], out: RosterEffect[]): void {
    for (let i = 0; i < updates.length; i += limits.updatesMax) {
      const some = updates.slice(i, i + limits.updatesMax)
      out.push({ type: 'send', to, message: { t: 'ping', nonce: this.#freshNonce(), updates: some } })
    }
  }

  #freshNonce(): number {
    this.#nonce = this.#nonce >= nonceMax ? 0 : this.#nonce + 1
    return this.#nonce
  }

  get #periodMs(): Millis {
    return this.#config.probeMs * this.#parts.health.multiplier
  }

  #timeoutMs(record: MemberRecord): Millis {
    const { probeTimeoutMsMin, probeTimeoutMsMax } = this.#config
    const rtt = record.roundTrip.p95 ?? this.#roundTrip.p95 ?? 0
    return Math.min(probeTimeoutMsMax, Math.max(probeTimeoutMsMin, 3 * rtt)) * this.#parts.health.multiplier
  }

  /**
   * Whether a probe can tell anything. Without a link only of a member that lost one, or that should have one by now: in a
   * larger mesh most members are never connected to this one, and others watch them.
   */
  #worth(record: MemberRecord, now: Millis): boolean {
    if (record.isSelf || record.expired || record.state === 'left') return false
    if (record.connected) return true
    if (record.state === 'dead') return false
    if (record.linkLost) return true
    const { fullMeshMembersMax, connectGraceMs } = this.#config
    return this.#table.live <= fullMeshMembersMax && now - record.knownMs >= connectGraceMs
  }

  #openProbe(record: MemberRecord, stage: Probe['stage'], asker: Probe['asker'], now: Millis): Probe {
    const nonce = this.#freshNonce()
    const probe: Probe = { nonce, target: record.peer, sentMs: now, stage, asker, helpers: [], refusers: [] }
    this.#open.set(nonce, probe)
    if (asker === undefined) this.#ownOf.set(record.peer, nonce)
    else this.#relays++
    return probe
  }

  #close(probe: Probe): void {
    this.#open.delete(probe.nonce)
    this.#timeouts.delete(probe.nonce)
    if (probe.asker !== undefined) this.#relays--
    else this.#ownOf.delete(probe.target)
  }

  #drop(peer: PeerId): void {
    const nonce = this.#ownOf.get(peer)
    if (nonce !== undefined) this.#close(this.#open.get(nonce)!)
  }

  #sendPing(probe: Probe, record: MemberRecord, now: Millis, out: RosterEffect[]): void {
    this.#timeouts.set(probe.nonce, now + this.#timeoutMs(record))
    const updates = this.#parts.rumours.takeFor([record])
    out.push({ type: 'send', to: record.peer, message: { t: 'ping', nonce: probe.nonce, updates } })
  }

  #askHelpers(probe: Probe, record: MemberRecord, now: Millis, out: RosterEffect[]): void {
    probe.stage = 'indirect'
    const able = this.#table.members().filter((m) => !m.isSelf && m.reachable && m.peer !== record.peer)
    probe.helpers = this.#prng.sample(able, this.#config.helpersMax).map((helper) => helper.peer)
    for (const helper of probe.helpers) {
      const updates = this.#parts.rumours.takeFor([record])
      out.push({
        type: 'send',
        to: helper,
        message: { t: 'pingReq', nonce: probe.nonce, target: record.peer, updates },
      })
    }
    this.#timeouts.set(probe.nonce, now + indirectTimeouts * this.#timeoutMs(record))
  }

  #onTimeout(probe: Probe, now: Millis, out: RosterEffect[]): void {
    const record = this.#table.find(probe.target)
    if (record === undefined || probe.stage === 'indirect') {
      this.#fail(probe, now, out)
      return
    }
    if (!record.missed) {
      record.missed = true
      this.#table.touch()
    }
    if (probe.asker === undefined) {
      this.#askHelpers(probe, record, now, out)
    } else {
      this.#close(probe)
      this.#answer(probe.asker, record, false, out)
      this.#probeAgain(record.peer, now)
    }
  }

  /** Neither the target answered nor a helper reached it: it is suspect. */
  #fail(probe: Probe, now: Millis, out: RosterEffect[]): void {
    this.#close(probe)
    const record = this.#table.find(probe.target)
    if (record === undefined) return
    this.#parts.health.onProbeFailed(probe.helpers.length, probe.helpers.length - probe.refusers.length)
    this.#parts.membership.onUnanswered(record, probe.refusers, now, out)
    this.#probeAgain(record.peer, now)
  }

  #probeAgain(peer: PeerId, now: Millis): void {
    const record = this.#table.find(peer)
    // A dead member is probed in its turn of the ring only.
    if (record?.connected && record.missed && record.state !== 'dead') this.#again.set(peer, now + this.#periodMs)
  }

  #answer(asker: { peer: PeerId; nonce: number }, target: MemberRecord, reached: boolean, out: RosterEffect[]): void {
    const updates = this.#parts.rumours.takeFor([target])
    const message = { t: 'pingRes', nonce: asker.nonce, target: target.peer, reached, updates } as const
    out.push({ type: 'send', to: asker.peer, message })
  }
}
