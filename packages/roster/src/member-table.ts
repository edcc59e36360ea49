import type { Millis } from '@souk/kernel'
import type { Certificate, PeerId } from '@souk/wire'
import type { Life } from './life.ts'
import { MemberRecord } from './member.ts'

/** The records of all known peers, expired ones included, at most `limit` (I11). */
export class MemberTable {
  readonly self: PeerId
  readonly #limit: number
  readonly #records = new Map<PeerId, MemberRecord>()
  #version = 0
  #sorted: readonly MemberRecord[] | undefined
  #liveAt = -1
  #live = 0

  constructor(self: PeerId, limit: number) {
    this.self = self
    this.#limit = limit
  }

  /** Rises with every change that matters to placement. */
  get version(): number {
    return this.#version
  }

  /** Members that are alive or suspect, this peer included: the N of every formula. */
  get live(): number {
    if (this.#liveAt !== this.#version) {
      this.#live = 0
      for (const record of this.#records.values()) {
        if (!record.expired && (record.state === 'alive' || record.state === 'suspect')) this.#live++
      }
      this.#liveAt = this.#version
    }
    return this.#live
  }

  /** The record of a peer, also of one that has expired. */
  find(peer: PeerId): MemberRecord | undefined {
    return this.#records.get(peer)
  }

  /** Members whose certificate stands, by id; dead ones too. The same array until somebody joins or expires. */
  members(): readonly MemberRecord[] {
    this.#sorted ??= this.known().filter((r) => !r.expired)
    return this.#sorted
  }

  /** All records, expired ones included, by id. */
  known(): MemberRecord[] {
    return [...this.#records.values()].sort((a, b) => (a.peer < b.peer ? -1 : 1))
  }

  /** To be called when something of a member has changed that matters to placement. */
  touch(): void {
    this.#version++
  }

  /** Makes a record. Undefined, and nothing changed: the table is full of members that have to stay. */
  admit(peer: PeerId, certificate: Certificate, life: Life, now: Millis): MemberRecord | undefined {
    if (this.#records.size >= this.#limit && !this.#makeRoom()) return undefined
    const record = new MemberRecord(peer, peer === this.self, certificate, life, now)
    this.#records.set(peer, record)
    this.#resort()
    return record
  }

  setExpired(record: MemberRecord, expired: boolean): void {
    if (record.expired === expired) return
    record.expired = expired
    this.#resort()
  }

  #resort(): void {
    this.#sorted = undefined
    this.#version++
  }

  /** Drops one unconnected record: of who left or expired first, then of who has been dead longest; ties by id. */
  #makeRoom(): boolean {
    let victim: MemberRecord | undefined
    const rank = (r: MemberRecord) => (r.state === 'left' || r.expired ? 0 : 1)
    for (const record of this.#records.values()) {
      if (
        record.isSelf ||
        record.connected ||
        !(record.expired || record.state === 'left' || record.state === 'dead')
      ) {
        continue
      }
      const order =
        victim === undefined
          ? -1
          : rank(record) - rank(victim) || record.sinceMs - victim.sinceMs || (record.peer < victim.peer ? -1 : 1)
      if (order < 0) victim = record
    }
    if (victim === undefined) return false
    this.#records.delete(victim.peer)
    return true
  }
}
