import type { Prng } from '@souk/kernel'
import type { PeerInput, StoredEntry, Write } from '@souk/peer'
import type { KillWrites } from './faults/fault.ts'
import { copyPlain } from './plain-copy.ts'

/** One order to write, as the machine gave it. */
interface Pending {
  seq: number
  writes: Write[]
}

type Answer = Extract<PeerInput, { type: 'persisted' } | { type: 'persistFailed' }>

/** A disk at one time. */
export interface DiskImage {
  entries: ReadonlyMap<string, unknown>
  incarnation: number
}

/**
 * One node's store. Writes wait behind the flush under way and then go together (group commit); a crash loses what
 * waits, and what was being flushed is then there as a whole or not at all, as with an lmdb transaction. Where the
 * disk itself fails, a record is damaged: its checksum says so to the next peer that starts.
 */
export class Disk {
  /** written before a life begins */
  incarnation = 0
  /** nothing can be written while this holds */
  full: boolean
  /** told of every order that has just made it */
  onWritten: (writes: readonly Write[]) => void = () => {}
  #entries = new Map<string, unknown>()
  #damaged = false
  #old = false
  #writtenSeq = 0
  #waiting: Pending[] = []
  #flushing: Pending[] = []

  constructor(full = false) {
    this.full = full
  }

  /** A record does not match its checksum: no peer starts on this store. */
  get damaged(): boolean {
    return this.#damaged
  }

  /** What is there before the first life begins. */
  prepare(entries: readonly StoredEntry[]): void {
    for (const { key, value } of entries) this.#entries.set(key, copyPlain(value))
  }

  /** It went back to an image from before, and is as it went on from there. */
  get old(): boolean {
    return this.#old
  }

  persist(seq: number, writes: readonly Write[]): void {
    this.#waiting.push({ seq, writes: writes.map(({ key, value }) => ({ key, value: copyPlain(value) })) })
  }

  /** Starts a flush of everything that waits; false when there is nothing to do or one is under way. */
  begin(): boolean {
    if (this.#flushing.length > 0 || this.#waiting.length === 0) return false
    this.#flushing = this.#waiting
    this.#waiting = []
    return true
  }

  /** Ends the flush under way; the answer for the machine. */
  finish(): Answer {
    const batch = this.#flushing
    this.#flushing = []
    const fromSeq = batch[0]!.seq
    const upToSeq = batch.at(-1)!.seq
    if (this.full) {
      return { type: 'persistFailed', fromSeq, upToSeq, code: 'disk-full', message: 'the simulated disk is full' }
    }
    this.#apply(batch)
    this.#writtenSeq = upToSeq
    return { type: 'persisted', upToSeq }
  }

  /** Writing works again: nothing new is on disk with that. */
  get works(): Answer {
    return { type: 'persisted', upToSeq: this.#writtenSeq }
  }

  /** The process is gone; what that does to unanswered writes is drawn. A full disk keeps none of them. */
  crash(prng: Prng, writes: KillWrites): void {
    if (!this.full) {
      if (writes === 'kept') this.#apply([...this.#flushing, ...this.#waiting])
      else if (writes === 'either' && prng.chance(0.5)) this.#apply(this.#flushing)
      else if (writes === 'torn' && this.#flushing.length > 0) this.#tear(prng)
    }
    this.#flushing = []
    this.#waiting = []
    this.#writtenSeq = 0
  }

  /** A bit of a stored record changed by itself. An empty store has none. */
  damage(): void {
    this.#damaged ||= this.#entries.size > 0
  }

  /** What is stored under a key now; for checkers, which do not change it. */
  read(key: string): unknown {
    return this.#entries.get(key)
  }

  /** What a starting peer finds, sorted by key. */
  entries(): StoredEntry[] {
    return [...this.#entries.keys()].sort().map((key) => ({ key, value: copyPlain(this.#entries.get(key)) }))
  }

  image(): DiskImage {
    return { entries: new Map(this.#entries), incarnation: this.incarnation }
  }

  restore({ entries, incarnation }: DiskImage): void {
    this.#entries = new Map(entries)
    this.incarnation = incarnation
    this.#old = true
  }

  /** Part of the flush made it, and the last of that in part. */
  #tear(prng: Prng): void {
    this.#apply(this.#flushing.slice(0, prng.below(this.#flushing.length)))
    this.#damaged = true
  }

  #apply(batch: readonly Pending[]): void {
    for (const { writes } of batch) {
      for (const { key, value } of writes) {
        if (value === undefined) this.#entries.delete(key)
        else this.#entries.set(key, value)
      }
      this.onWritten(writes)
    }
  }
}
