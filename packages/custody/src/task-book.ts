import { Deadlines, type Millis, type WallMillis } from '@souk/kernel'
import {
  type Attempt,
  type Ballot,
  type Bearer,
  compareBallots,
  type Incarnation,
  type MessageOf,
  nextCounter,
  type PeerId,
  type TaskId,
  type TaskRecord,
} from '@souk/wire'
import { Archive } from './archive.ts'
import type { CustodyConfig } from './config.ts'
import type { CustodianEffect, CustodianSays } from './custodian-io.ts'
import { type Entry, grantedLeftMs, mergeAttempts, noteEvent, unkeep } from './entry.ts'
import { Journal } from './journal.ts'
import { decisionKey, endKey, recordKey, type StoredEnd, toStoredVote, voteKey } from './stored-task.ts'
import { versionNumber } from './version.ts'

/** Writes of one task that may wait for the disk at once: its record, promises, acceptances, its end. */
const journalPerTask = 6

/** `generation`: of the entry when it was handed to the disk. */
interface Handed {
  generation?: number
}

/** What goes on when a write is on disk, or was refused. */
export type Pending = Handed &
  /** a record's first write: the entry counts, or is dropped */
  (
    | { kind: 'store'; entry: Entry; to: PeerId; ballot: Ballot }
    /** an answer that must not leave before; `losses` as they were when it was handed to the disk */
    | { kind: 'answer'; entry: Entry; to: PeerId; message: CustodianSays; losses: number }
    /** nothing waits for it */
    | { kind: 'note'; entry: Entry | undefined }
  )

/** Tasks written again at once, up to three writes each; the next ones go when these are on disk. */
const againMax = 1_000

interface Write {
  key: string
  value: unknown
}

/** A custodian's tasks with their leases, its journal and its clock: what can be done to an entry, without deciding it. */
export class TaskBook {
  readonly archive = new Archive()
  /** when a lease, and the grace after it, have run out */
  readonly leases = new Deadlines<TaskId>()
  /** when tasks that may expire do */
  readonly expiries = new Deadlines<TaskId>()
  readonly journal: Journal<Pending>
  readonly #config: CustodyConfig
  readonly #self: PeerId
  /** tasks of which the disk refused a write since it last took one */
  readonly #refused = new Set<TaskId>()
  /** what was decided and is not on disk, with when it goes there by itself; in that order */
  readonly #decided = new Map<TaskId, Millis>()
  /** all ends on disk are known: those of tasks that came back with this life, and those that it wrote since */
  #endsKnown = true
  #incarnation: Incarnation = 0
  #wallOffset: WallMillis = 0

  constructor(config: CustodyConfig, self: PeerId) {
    this.#config = config
    this.#self = self
    this.journal = new Journal(journalPerTask * config.openMax)
  }

  start(wallMs: WallMillis, incarnation: Incarnation, now: Millis): void {
    this.#incarnation = incarnation
    this.setWall(wallMs, now)
  }

  /** Tasks expire by the wall clock as it is now. */
  setWall(wallMs: WallMillis, now: Millis): void {
    this.#wallOffset = wallMs - now
    for (const { key } of this.expiries.entries()) this.watchExpiry(this.archive.get(key)!.record, now)
  }

  /** Has it end when its time is over, if it may expire. */
  watchExpiry({ id, spec, submittedWallMs }: TaskRecord, now: Millis): void {
    if (spec.expiresMs > 0) this.expiries.set(id, now + Math.max(0, submittedWallMs + spec.expiresMs - this.wall(now)))
  }

  /** This peer, in this life of it. */
  get life(): Bearer {
    return { peer: this.#self, incarnation: this.#incarnation }
  }

  /** A ballot of this peer as custodian, above one that was seen. */
  ballotAfter(seen: Ballot): Ballot {
    return { counter: nextCounter(seen.counter, 'custodian'), peer: this.#self, incarnation: this.#incarnation }
  }

  /** This very life bears it and nobody else keeps it: it cannot vanish unseen, so it needs no lease. */
  needsNoLease({ record, bearer, released }: Entry): boolean {
    if (released || record.custodians.length > 1) return false
    return bearer.peer === this.#self && bearer.incarnation === this.#incarnation
  }

  /** Its bearer was heard of: its lease starts anew. */
  grantLease(entry: Entry, now: Millis): void {
    const { leaseMs, graceMs } = this.#config
    if (this.needsNoLease(entry)) {
      this.leases.delete(entry.record.id)
      return
    }
    entry.leasedUntilMs = now + leaseMs + graceMs
    // A deadline that stands is moved on when it comes: a renewal of thousands must not sort them anew.
    if (this.leases.get(entry.record.id) === undefined) this.leases.set(entry.record.id, entry.leasedUntilMs)
  }

  /** Nobody bears it any more: its lease is over now, without grace. */
  endLease(entry: Entry, now: Millis): void {
    entry.leasedUntilMs = now
    this.leases.set(entry.record.id, now)
  }

  /** The next task whose lease and grace have run out, if any is due. */
  popLeaseEnded(now: Millis): Entry | undefined {
    for (let task = this.leases.popDue(now); task !== undefined; task = this.leases.popDue(now)) {
      const entry = this.archive.get(task)
      if (!entry) continue
      if (entry.leasedUntilMs <= now) return entry
      this.leases.set(task, entry.leasedUntilMs)
    }
    return undefined
  }

  /** 0: nobody bears it (any more), as far as this custodian can tell; the grace included, in which its run is stopped. */
  leaseLeftMs(entry: Entry, now: Millis): Millis {
    if (this.needsNoLease(entry)) return this.#config.leaseMs
    if (entry.unwon) return 0
    // Its run is over, and what it came to is known here: nobody has to wait for its bearer.
    const { accepted, promised } = entry
    if (accepted?.decree.kind === 'outcome' && compareBallots(accepted.ballot, promised) === 0) return 0
    return grantedLeftMs(entry, now)
  }

  failed(entry: Entry, host: PeerId, { code, message, checkpoint }: Omit<Attempt, 'ballot' | 'host'>): void {
    const attempt: Attempt = { ballot: entry.borneUnder, host, code, message: message.slice(0, 500) }
    if (checkpoint) attempt.checkpoint = checkpoint
    entry.attempts = mergeAttempts(entry.attempts, [attempt])
  }

  /** Nothing of it is left here, its deadlines included. */
  forget(task: TaskId): void {
    this.archive.remove(task)
    this.leases.delete(task)
    this.expiries.delete(task)
    this.#decided.delete(task)
  }

  /** Its votes as they are now, and its record where that is not there yet. True: nothing to wait for, it keeps nothing. */
  save(entry: Entry, pending: Pending, out: CustodianEffect[]): boolean {
    const task = entry.record.id
    const writes: Write[] = [{ key: voteKey(task), value: toStoredVote(entry) }]
    if (!entry.kept) writes.push({ key: recordKey(task), value: entry.record })
    const end = this.#endOf(entry)
    if (!entry.kept && (end || !this.#isNew(entry))) writes.push({ key: endKey(task), value: end })
    return this.#persist(entry, writes, pending, out)
  }

  /**
   * The disk can hold nothing older of it: neither a version before, be it of another submit with the same number, nor what
   * it did not erase.
   */
  #isNew({ record, again }: Entry): boolean {
    return this.#endsKnown && !again && versionNumber(record.version) === 1
  }

  /** What the disk may have refused before goes there with the rest. */
  #endOf({ record, phase }: Entry): StoredEnd | undefined {
    if (phase !== 'closed' && phase !== 'moved') return undefined
    return { phase, wallMs: this.archive.overWallMs(record.id) ?? record.submittedWallMs }
  }

  /** There may be an end on it that is no known task's: from now on each new one is written over whatever there is. */
  distrustDisk(): void {
    this.#endsKnown = false
  }

  /** A write of this entry is on disk. */
  onWritten({ entry, generation }: Pending): void {
    if (!entry) return
    entry.inFlight--
    if (generation === entry.generation) entry.kept = true
  }

  /** It is not. */
  onLost({ entry }: Pending): void {
    this.distrustDisk()
    if (!entry) return
    entry.inFlight--
    entry.losses++
    unkeep(entry)
    this.#refused.add(entry.record.id)
  }

  /**
   * The disk takes writes: of what it refused, what is over goes there now. Votes on what is open are asked for again,
   * but of what is over everybody has his answer, and only a copy here, or none, would be left of it.
   */
  writeRefused(out: CustodianEffect[]): void {
    let left = againMax
    for (const task of this.#refused) {
      if (left-- === 0) return
      this.#refused.delete(task)
      const entry = this.archive.get(task)
      const end = entry && !entry.kept ? this.#endOf(entry) : undefined
      if (end) this.saveEnd(entry!, end.phase, end.wallMs, out)
    }
  }

  /** That it is over. Nothing waits for it: whatever was answered was on disk before, or goes with it. */
  saveEnd(entry: Entry, phase: StoredEnd['phase'], wallMs: WallMillis, out: CustodianEffect[]): void {
    const task = entry.record.id
    const end: StoredEnd = { phase, wallMs }
    const writes: Write[] = [{ key: endKey(task), value: end }]
    // What it is the end of must not be lost where that write fails and this one does not.
    if (!entry.kept || entry.inFlight > 0) writes.push({ key: voteKey(task), value: toStoredVote(entry) })
    if (!entry.kept) writes.push({ key: recordKey(task), value: entry.record })
    if (this.#decided.delete(task)) writes.push({ key: decisionKey(task), value: entry.decision })
    this.#persistAlong(entry, writes, { kind: 'note', entry }, out)
  }

  /**
   * How its place was chosen is for people to read, and a task may be decided anew soon: it goes to disk a while later, or
   * with the end where that comes before. Mostly it comes after the end of a short task.
   */
  decided({ record }: Entry, now: Millis): void {
    if (!this.#decided.has(record.id)) this.#decided.set(record.id, now + this.#config.decisionSaveMs)
  }

  /** When the next decision goes to disk though its task goes on. */
  nextDecision(): Millis | undefined {
    for (const dueMs of this.#decided.values()) return dueMs
    return undefined
  }

  saveDecisions(now: Millis, out: CustodianEffect[]): void {
    for (const [task, dueMs] of this.#decided) {
      if (dueMs > now) return
      this.#decided.delete(task)
      const entry = this.archive.get(task)!
      // Where its record never gets there, nothing else of it may be there for ever.
      if (entry.phase === 'storing') this.decided(entry, now)
      else {
        const write = { key: decisionKey(task), value: entry.decision }
        this.#persistAlong(entry, [write], { kind: 'note', entry: undefined }, out)
      }
    }
  }

  erase(tasks: readonly TaskId[], out: CustodianEffect[]): void {
    const keys = tasks.flatMap((task) => [recordKey(task), voteKey(task), endKey(task), decisionKey(task)])
    const writes = keys.map((key) => ({ key, value: undefined }))
    out.push({ type: 'persist', seq: this.journal.next({ kind: 'note', entry: undefined }), writes, along: true })
  }

  remember(writes: Write[], out: CustodianEffect[]): void {
    out.push({ type: 'persist', seq: this.journal.next({ kind: 'note', entry: undefined }), writes })
  }

  note(entry: Entry, event: string, detail: string, now: Millis): void {
    noteEvent(entry, { wallMs: this.wall(now), peer: this.#self, event, detail }, this.#config.timelineMax)
  }

  wall(now: Millis): WallMillis {
    return Math.round(this.#wallOffset + now)
  }

  #persist(entry: Entry, writes: Write[], pending: Pending, out: CustodianEffect[]): boolean {
    if (entry.record.spec.durability === 'none') return true
    out.push({ type: 'persist', seq: this.#hand(entry, pending), writes })
    return false
  }

  /** With the next write that has haste. */
  #persistAlong(entry: Entry, writes: Write[], pending: Pending, out: CustodianEffect[]): void {
    if (entry.record.spec.durability === 'none') return
    out.push({ type: 'persist', seq: this.#hand(entry, pending), writes, along: true })
  }

  #hand({ generation }: Entry, pending: Pending): number {
    if (pending.entry) pending.entry.inFlight++
    return this.journal.next({ ...pending, generation })
  }
}

/** What names a vote in a message. */
export function voteOf(entry: Entry, ballot: Ballot): Pick<MessageOf<'stored'>, 'task' | 'version' | 'ballot'> {
  return { task: entry.record.id, version: entry.record.version, ballot }
}
