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

/** `generation`: that of the entry when the write was handed to the disk. */
interface Handed {
  generation?: number
}

/** What a write that is with the disk is for: it decides what follows once the disk took or refused it. */
export type Pending = Handed &
  /** a record's first write, answered by STORED; refused, it is answered by UNSTORED */
  (
    | { kind: 'store'; entry: Entry; to: PeerId; ballot: Ballot }
    /** an answer that must not leave before; `losses`: those of the entry when the write was handed to the disk */
    | { kind: 'answer'; entry: Entry; to: PeerId; message: CustodianSays; losses: number }
    /** no answer waits for it */
    | { kind: 'note'; entry: Entry | undefined }
  )

/** Refused ends that are written again at once, up to three writes each; the next ones when these are on disk. */
const againMax = 1_000

interface Write {
  key: string
  value: unknown
}

/** A custodian's tasks with their leases, its journal and its clock: how an entry is changed and written. Others decide. */
export class TaskBook {
  readonly archive = new Archive()
  /** when to look whether a task's lease, and the grace after it, have run out */
  readonly leases = new Deadlines<TaskId>()
  /** when tasks with an `expiresMs` expire */
  readonly expiries = new Deadlines<TaskId>()
  readonly journal: Journal<Pending>
  readonly #config: CustodyConfig
  readonly #self: PeerId
  /** tasks of which the disk refused a write, until `writeRefused` has looked at them */
  readonly #refused = new Set<TaskId>()
  /** tasks whose placement decision is not on disk, with when it is to be written; in that order */
  readonly #decided = new Map<TaskId, Millis>()
  /** each end on disk is of a task that came back with this life, or was written by it; false: there may be others */
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

  /** Tasks expire by the wall clock, so with a new one all their deadlines are set anew. */
  setWall(wallMs: WallMillis, now: Millis): void {
    this.#wallOffset = wallMs - now
    for (const { key } of this.expiries.entries()) this.watchExpiry(this.archive.get(key)!.record, now)
  }

  /** Sets when the task expires, if its spec says that it does. */
  watchExpiry({ id, spec, submittedWallMs }: TaskRecord, now: Millis): void {
    if (spec.expiresMs > 0) this.expiries.set(id, now + Math.max(0, submittedWallMs + spec.expiresMs - this.wall(now)))
  }

  /** This peer, in this life of it. */
  get life(): Bearer {
    return { peer: this.#self, incarnation: this.#incarnation }
  }

  /** A ballot that this peer begins as custodian, above the given one. */
  ballotAfter(seen: Ballot): Ballot {
    return { counter: nextCounter(seen.counter, 'custodian'), peer: this.#self, incarnation: this.#incarnation }
  }

  /** This very life bears the task under a ballot of its own, its only custodian: it cannot vanish unseen (as in `Renewals`). */
  needsNoLease({ record, bearer, borneUnder, released }: Entry): boolean {
    if (released || record.custodians.length > 1 || borneUnder.peer !== this.#self) return false
    return bearer.peer === this.#self && bearer.incarnation === this.#incarnation
  }

  /** The bearer was heard of, or is a new one: the lease starts anew. */
  grantLease(entry: Entry, now: Millis): void {
    const { leaseMs, graceMs } = this.#config
    if (this.needsNoLease(entry)) {
      this.leases.delete(entry.record.id)
      return
    }
    entry.leasedUntilMs = now + leaseMs + graceMs
    // A standing deadline moves on only when it is due (`popLeaseEnded`): renewing thousands must not sort them anew.
    if (this.leases.get(entry.record.id) === undefined) this.leases.set(entry.record.id, entry.leasedUntilMs)
  }

  /** Nobody bears the task any more: its lease is over now, without grace, so that recovery begins. */
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

  /** What is left of the lease, with the grace in which its bearer stops. 0: for all this custodian knows nobody bears it. */
  leaseLeftMs(entry: Entry, now: Millis): Millis {
    if (this.needsNoLease(entry)) return this.#config.leaseMs
    if (entry.unwon) return 0
    // The bearer committed an outcome here, so its run is over: nobody has to wait for its lease.
    const { accepted, promised } = entry
    if (accepted?.decree.kind === 'outcome' && compareBallots(accepted.ballot, promised) === 0) return 0
    return grantedLeftMs(entry, now)
  }

  failed(entry: Entry, host: PeerId, { code, message, checkpoint }: Omit<Attempt, 'ballot' | 'host'>): void {
    const attempt: Attempt = { ballot: entry.borneUnder, host, code, message: message.slice(0, 500) }
    if (checkpoint) attempt.checkpoint = checkpoint
    entry.attempts = mergeAttempts(entry.attempts, [attempt])
  }

  /** Takes the task and its deadlines out of memory; `erase` takes it off the disk. */
  forget(task: TaskId): void {
    this.archive.remove(task)
    this.leases.delete(task)
    this.expiries.delete(task)
    this.#decided.delete(task)
  }

  /** Writes the votes, and the record where the disk lacks it. True: durability `none`, nothing is written to wait for. */
  save(entry: Entry, pending: Pending, out: CustodianEffect[]): boolean {
    const task = entry.record.id
    const writes: Write[] = [{ key: voteKey(task), value: toStoredVote(entry) }]
    if (!entry.kept) writes.push({ key: recordKey(task), value: entry.record })
    const end = this.#endOf(entry)
    if (!entry.kept && (end || !this.#isNew(entry))) writes.push({ key: endKey(task), value: end })
    return this.#persist(entry, writes, pending, out)
  }

  /**
   * The disk can hold no `over/` entry under this id that has to be overwritten: neither of another version, or another
   * submit of the same key, nor a stray one.
   */
  #isNew({ record, again }: Entry): boolean {
    return this.#endsKnown && !again && versionNumber(record.version) === 1
  }

  /** The end that goes to disk with record and votes: the disk may have refused it before. */
  #endOf({ record, phase }: Entry): StoredEnd | undefined {
    if (phase !== 'closed' && phase !== 'moved') return undefined
    return { phase, wallMs: this.archive.overWallMs(record.id) ?? record.submittedWallMs }
  }

  /** The disk may hold ends of no known task: from now on new records overwrite whatever `over/` entry there is. */
  distrustDisk(): void {
    this.#endsKnown = false
  }

  /** A write of this entry is on disk. */
  onWritten({ entry, generation }: Pending): void {
    if (!entry) return
    entry.inFlight--
    if (generation === entry.generation) entry.kept = true
  }

  /** A write of this entry was refused. */
  onLost({ entry }: Pending): void {
    this.distrustDisk()
    if (!entry) return
    entry.inFlight--
    entry.losses++
    unkeep(entry)
    this.#refused.add(entry.record.id)
  }

  /**
   * The disk takes writes again: of what it refused, ends are written now. A lost vote on an open task is asked for again,
   * but nobody asks about a task that is over: after a restart it would be open here, or lacking.
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

  /** Writes that the task is over. No answer waits for that: what was answered before is on disk, or is written with it. */
  saveEnd(entry: Entry, phase: StoredEnd['phase'], wallMs: WallMillis, out: CustodianEffect[]): void {
    const task = entry.record.id
    const end: StoredEnd = { phase, wallMs }
    const writes: Write[] = [{ key: endKey(task), value: end }]
    // A vote that is on its way may yet be refused, and this write not: then the end would be there without its outcome.
    if (!entry.kept || entry.inFlight > 0) writes.push({ key: voteKey(task), value: toStoredVote(entry) })
    if (!entry.kept) writes.push({ key: recordKey(task), value: entry.record })
    if (this.#decided.delete(task)) writes.push({ key: decisionKey(task), value: entry.decision })
    this.#persistAlong(entry, writes, { kind: 'note', entry }, out)
  }

  /**
   * A placement decision is for people to read, and another may follow soon: it is written a while later, or with the end
   * where that comes before. That of a short task mostly comes after its end.
   */
  decided({ record }: Entry, now: Millis): void {
    if (!this.#decided.has(record.id)) this.#decided.set(record.id, now + this.#config.decisionSaveMs)
  }

  /** When the next decision is to be written, though its task goes on. */
  nextDecision(): Millis | undefined {
    for (const dueMs of this.#decided.values()) return dueMs
    return undefined
  }

  saveDecisions(now: Millis, out: CustodianEffect[]): void {
    for (const [task, dueMs] of this.#decided) {
      if (dueMs > now) return
      this.#decided.delete(task)
      const entry = this.archive.get(task)!
      // Its record may never get to disk, and nothing would ever erase a decision without one.
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

  /** Persists with the next write that has haste. */
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
