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
 * Makes good in pairs what gossip lost. Each peer says (SYNC) the newest advert that it has of each member; the other sends the
 * adverts, proofs of later lives that sent none yet, and removals that are lacking. Both do so when a link opens, and
 * each with one random reachable peer per period. Bounded by syncsPerPeerMax and advertsPerSyncMax (I11).
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

  /** A link has opened. Both ends send their SYNC, so neither asks for one in reply. */
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
      // A member that has left is not told of: whoever has forgotten it would know it anew.
      if (newest === undefined || state === 'left' || peer === from.peer) continue
      const theirs = have.get(peer)
      if (theirs === undefined || compareAdverts(newest, theirs) > 0) lacking.push(newest)
      if (lacking.length >= this.#config.advertsPerSyncMax) break
    }
    this.#sendAdverts(from.peer, lacking, out)
    const unheard = this.#removals.lacking(message.removed)
    for (const each of removalMessages(unheard)) out.push({ type: 'send', to: from.peer, message: each })
  }

  /** Lives that neither side has an advert of. The other may know them, which its SYNC does not say: it is told anyway. */
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

  /** Whether this SYNC is within what one peer may ask for per period. */
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

/** Of an advert: ids, names, numbers and three signatures. */
const advertFixedBytes = 840

/** Of a group of GPUs beside its model: names of fields, two numbers. */
const gpuGroupFixedBytes = 40

/** Of a class in a demand digest beside its name: names of fields, counts. */
const digestFixedBytes = 100

/** About how many bytes an advert takes on the wire; fields that can be long are counted. */
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
