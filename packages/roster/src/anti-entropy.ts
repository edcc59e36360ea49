import type { Millis, Prng } from '@souk/kernel'
import { type Advert, compareAdverts, limits, type MemberUpdate, type MessageOf, type PeerId } from '@souk/wire'
import type { RosterConfig } from './config.ts'
import type { RosterEffect } from './effects.ts'
import { mayBeTold, updateOf } from './life.ts'
import type { MemberRecord } from './member.ts'
import type { MemberTable } from './member-table.ts'
import { type Probes, toldMax } from './probes.ts'
import { type Removals, removalMessages } from './removals.ts'

interface Parts {
  table: MemberTable
  probes: Probes
  removals: Removals
  prng: Prng
}

/**
 * What gossip lost is made good in pairs: each says the newest advert it has of everybody, and sends what the other
 * lacks: the advert, or of a life that ended before it sent one the proof that there was that life. In full when a link
 * opens, then with one random reachable peer per period.
 */
export class AntiEntropy {
  readonly #config: RosterConfig
  readonly #table: MemberTable
  readonly #probes: Probes
  readonly #removals: Removals
  readonly #prng: Prng
  #dueMs: Millis | undefined

  constructor(config: RosterConfig, { table, probes, removals, prng }: Parts) {
    this.#config = config
    this.#table = table
    this.#probes = probes
    this.#removals = removals
    this.#prng = prng
  }

  /** The first period ends at a random moment, so that peers started together do not sync in step. */
  start(now: Millis): void {
    this.#dueMs = now + this.#prng.float() * this.#config.syncMs
  }

  stop(): void {
    this.#dueMs = undefined
  }

  nextWakeup(): Millis | undefined {
    return this.#dueMs
  }

  wake(now: Millis, out: RosterEffect[]): void {
    if (this.#dueMs === undefined || this.#dueMs > now) return
    this.#dueMs = now + this.#config.syncMs
    const others = this.#table.members().filter((record) => !record.isSelf && record.reachable)
    if (others.length > 0) this.#send(this.#prng.pick(others).peer, true, out)
  }

  /** Both ends do this, so neither needs to ask for an answer. */
  onConnected(record: MemberRecord, now: Millis, out: RosterEffect[]): void {
    record.syncs = 0
    record.syncWindowMs = now
    this.#send(record.peer, false, out)
  }

  onSync(from: MemberRecord, message: MessageOf<'sync'>, now: Millis, out: RosterEffect[]): void {
    if (!this.#admits(from, now)) return
    if (message.reply) this.#send(from.peer, false, out)
    const have = new Map<PeerId, { incarnation: number; seq: number }>()
    for (const [peer, incarnation, seq] of message.have) have.set(peer, { incarnation, seq })
    this.#probes.tell(from.peer, this.#livesLacking(from, have), out)
    const lacking: Advert[] = []
    for (const { peer, newest, state } of this.#table.members()) {
      // Who has left is not brought back to anybody's mind.
      if (newest === undefined || state === 'left' || peer === from.peer) continue
      const theirs = have.get(peer)
      if (theirs === undefined || compareAdverts(newest, theirs) > 0) lacking.push(newest)
      if (lacking.length >= this.#config.advertsPerSyncMax) break
    }
    this.#sendAdverts(from.peer, lacking, out)
    const unheard = this.#removals.lacking(message.removed)
    for (const each of removalMessages(unheard)) out.push({ type: 'send', to: from.peer, message: each })
  }

  /** Later lives than the other has adverts of, where there is none here either. It may know them: then it is told again. */
  #livesLacking(from: MemberRecord, have: ReadonlyMap<PeerId, { incarnation: number }>): MemberUpdate[] {
    const lacking: MemberUpdate[] = []
    for (const { peer, newest, life } of this.#table.members()) {
      if (lacking.length >= toldMax) break
      if (life.state === 'left' || peer === from.peer || !mayBeTold(life)) continue
      const known = Math.max(newest?.incarnation ?? 0, have.get(peer)?.incarnation ?? 0)
      if (life.incarnation > known) lacking.push(updateOf(peer, life))
    }
    return lacking
  }

  #admits(from: MemberRecord, now: Millis): boolean {
    if (now - from.syncWindowMs >= this.#config.syncMs) {
      from.syncWindowMs = now
      from.syncs = 0
    }
    from.syncs++
    return from.syncs <= this.#config.syncsPerPeerMax
  }

  #send(to: PeerId, reply: boolean, out: RosterEffect[]): void {
    const have: [PeerId, number, number][] = []
    for (const { peer, newest } of this.#table.members()) {
      if (newest !== undefined && have.length < limits.membersMax) have.push([peer, newest.incarnation, newest.seq])
    }
    const { peers } = this.#removals
    const removed = peers.length === 0 ? {} : { removed: [...peers] }
    out.push({ type: 'send', to, message: { t: 'sync', have, reply, ...removed } })
  }

  #sendAdverts(to: PeerId, adverts: readonly Advert[], out: RosterEffect[]): void {
    let batch: Advert[] = []
    let bytes = 0
    const flush = () => {
      if (batch.length > 0) out.push({ type: 'send', to, message: { t: 'adverts', adverts: batch } })
      batch = []
      bytes = 0
    }
    for (const advert of adverts) {
      const size = advertBytes(advert)
      const full = batch.length >= limits.advertsPerMessageMax || bytes + size > this.#config.advertsMessageBytesMax
      if (full) flush()
      batch.push(advert)
      bytes += size
    }
    flush()
  }
}

/** Ids, names, numbers and three signatures. */
const advertFixedBytes = 840

/** Names of its fields, and two numbers. */
const gpuGroupFixedBytes = 40

/** Names of its fields, and what it counts. */
const digestFixedBytes = 100

/** About what an advert takes on the wire; what can be long is counted. */
function advertBytes(advert: Advert): number {
  let bytes = advertFixedBytes
  for (const address of advert.addresses) bytes += address.length
  for (const name of advert.offer.functions) bytes += name.length
  for (const each of advert.demand?.classes ?? []) bytes += each.class.length + digestFixedBytes
  for (const group of advert.offer.gpus ?? []) bytes += group.model.length + gpuGroupFixedBytes
  for (const key in advert.offer.labels) bytes += key.length + advert.offer.labels[key]!.length
  for (const key in advert.offer.capacity.custom) bytes += key.length + 8
  return bytes + advert.offer.capacity.gpuMilli.length * 3
}
