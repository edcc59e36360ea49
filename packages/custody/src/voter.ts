import type { Millis } from '@souk/kernel'
import {
  type Ballot,
  type Bearer,
  compareBallots,
  type MessageOf,
  type PeerId,
  type TaskId,
  type TaskRecord,
} from '@souk/wire'
import type { CustodyConfig } from './config.ts'
import type { CustodianEffect, CustodianSays } from './custodian-io.ts'
import { type Entry, enterPhase, forgetBearer, mergeAttempts, newEntry, promise, promiseEnd } from './entry.ts'
import { lostRunOf } from './lost-run.ts'
import { forgetNeedlessWord } from './needless-word.ts'
import { goOn } from './next-entry.ts'
import { promiseOf } from './promise-of.ts'
import { mayBegin } from './quorum.ts'
import type { Readers } from './readers.ts'
import { type Pending, type TaskBook, voteOf } from './task-book.ts'
import { tellNewcomers } from './tell-newcomers.ts'
import { versionNumber } from './version.ts'
import type { MeshView } from './views.ts'
import { VoteAnswers } from './vote-answers.ts'

type Out = CustodianEffect[]

/** Whether the disk took the last write, and what it said. */
export interface StoreState {
  ok: boolean
  code: string
  message: string
}

export interface VoterParts {
  self: PeerId
  book: TaskBook
  readers: Readers
  mesh: MeshView
  store: StoreState
}

/**
 * A custodian as acceptor: it stores records, promises ballots and accepts decrees, and answers once that is on disk (I2,
 * I3). A ballot below the promise is never accepted: so one decree is chosen per version (I4). `Custodian` calls it.
 */
export class Voter {
  readonly #config: CustodyConfig
  readonly #parts: VoterParts
  readonly #answers: VoteAnswers

  constructor(config: CustodyConfig, parts: VoterParts) {
    this.#config = config
    this.#parts = parts
    this.#answers = new VoteAnswers(parts)
  }

  // ---- a new version

  onStore(from: Bearer, message: MessageOf<'store'>, now: Millis, out: Out): void {
    const { record, ballot, attempts } = message
    const { book } = this.#parts
    const known = this.#known(record.id, record.version)
    // A closed task has no next version; and of two submits of a key, a custodian keeps the one that it heard of first.
    if (known && (known.phase === 'closed' || versionNumber(known.record.version) >= versionNumber(record.version))) {
      this.#onStoreAgain(known, from.peer, message, out)
      return
    }
    if (!this.#answers.isOurs(from.peer, record, 'store', out)) return
    const full = this.#whyFull()
    if (full) {
      const vote = { task: record.id, version: record.version, ballot }
      this.#send(from.peer, { t: 'unstored', ...vote, ...full }, out)
      return
    }
    const entry = this.#adopt(known, record, ballot, now, out)
    if (known) tellNewcomers(known, record, { self: this.#parts.self, ballot }, out)
    // The sender bears it, with a lease, even if another peer began the ballot: bearers bring the record to who lacks it.
    entry.bearer = from
    book.grantLease(entry, now)
    entry.attempts = mergeAttempts(entry.attempts, attempts)
    entry.begun ||= message.begun ?? false
    const pending = { kind: 'store', entry, to: from.peer, ballot } as const
    if (book.save(entry, pending, out)) this.onStored(pending, now, out)
    else if (known) this.#parts.readers.changed(entry, now, out)
  }

  /** The record is on disk: from here on this custodian counts as one that keeps the task. */
  onStored({ entry, to, ballot }: Extract<Pending, { kind: 'store' }>, now: Millis, out: Out): void {
    if (entry.phase === 'storing') {
      enterPhase(entry, 'open')
      this.#parts.book.note(entry, 'accepted', '', now)
    }
    const { promised, record } = entry
    const vote = voteOf(entry, ballot)
    if (compareBallots(promised, ballot) === 0) this.#send(to, { t: 'stored', ...vote }, out)
    else {
      // A higher ballot was promised meanwhile: the task is kept, but no longer for the bearer of this one.
      entry.relied = true
      const known = { version: record.version, custodians: record.custodians }
      this.#send(to, { t: 'already', ...vote, promised, known }, out)
    }
    this.#parts.readers.changed(entry, now, out)
  }

  /** An answer's write is on disk. After a refused one it builds on what is lost: it stays unsaid, and is asked for again. */
  onAnswerWritten({ entry, to, message, losses }: Extract<Pending, { kind: 'answer' }>, out: Out): void {
    if (losses !== entry.losses) return
    // A higher ballot was promised before this promise could leave.
    if (message.t === 'promise' && compareBallots(message.ballot, entry.promised) < 0) return
    // The task came with a PREPARE or COMMIT, and its record with that: now it is on disk, without any STORE.
    if (entry.phase === 'storing') enterPhase(entry, 'open')
    this.#send(to, message, out)
  }

  onNotStored({ entry, to, ballot }: Extract<Pending, { kind: 'store' }>, why: StoreState, out: Out): void {
    const vote = voteOf(entry, ballot)
    // Whatever was promised since is not answered either (`losses`), so the entry can go; what was accepted is kept.
    if (entry.phase === 'storing' && !entry.accepted) this.#parts.book.forget(entry.record.id)
    this.#send(to, { t: 'unstored', ...vote, code: why.code, message: why.message }, out)
  }

  /** The submit was given up, and no client was told that it is accepted: unless others count on it, the task is forgotten. */
  onDrop(message: MessageOf<'drop'>, out: Out): void {
    const { book } = this.#parts
    const entry = book.archive.get(message.task)
    if (!entry || entry.record.version !== message.version) return
    if (entry.relied || entry.accepted || entry.phase === 'closed' || entry.phase === 'moved') return
    if (compareBallots(entry.promised, message.ballot) !== 0) return
    book.forget(message.task)
    if (entry.record.spec.durability !== 'none') book.erase([message.task], out)
  }

  // ---- promises and acceptances

  onLeaseAsk(from: PeerId, message: MessageOf<'leaseAsk'>, now: Millis, out: Out): void {
    const entry = this.#known(message.task, message.version)
    if (entry && this.#answers.isOver(entry, from, message, out)) return
    this.#answers.tellLease(entry, from, message, now, out)
  }

  /** PREPARE: promises the ballot, unless a higher one is promised or, with aim run, anybody's lease still runs. */
  onPrepare(from: Bearer, message: MessageOf<'prepare'>, now: Millis, out: Out): void {
    const { record, ballot, aim } = message
    if (!this.#answers.isOurs(from.peer, record, 'prepare', out, message)) return
    const known = this.#known(record.id, record.version)
    if (known && this.#answers.isOver(known, from.peer, message, out)) return
    if (this.#answers.abstains(from.peer, record, message, out)) return
    // The lease of an earlier version counts too: that one's bearer goes on until it hears of the next.
    const leftMs = known ? this.#parts.book.leaseLeftMs(known, now) : 0
    if (known && known.record.version !== record.version && aim === 'run' && leftMs > 0) {
      this.#answers.refuse(from.peer, message, known.promised, 'lease', leftMs, out)
      return
    }
    if (known && known.record.version === record.version) {
      const order = compareBallots(ballot, known.promised)
      if (order < 0) {
        this.#answers.refuse(from.peer, message, known.promised, 'promised', 0, out)
        return
      }
      if (order > 0 && aim === 'run' && leftMs > 0) {
        this.#answers.refuse(from.peer, message, known.promised, 'lease', leftMs, out)
        return
      }
      if (order > 0) this.#promise(known, ballot, aim, now)
    }
    const same = known?.record.version === record.version
    const entry = same ? known : this.#adopt(known, record, ballot, now, out)
    // A task that is to end and is new here: its bearer is not known, so only the time of a lease can tell that it stopped.
    if (!same && aim === 'close') forgetBearer(entry)
    entry.attempts = mergeAttempts(entry.attempts, message.attempts)
    entry.ending ??= message.ending
    this.#answers.write(entry, from.peer, promiseOf(entry, ballot, leftMs), out)
    this.#parts.readers.changed(entry, now, out)
  }

  /**
   * Aim run: the proposer counts as bearer, with a lease; but this peer's own ballot is `unwon` until a majority promised it.
   * Aim close: the present bearer stays known, and its lease runs on, since it has yet to stop.
   */
  #promise(entry: Entry, ballot: Ballot, aim: 'run' | 'close', now: Millis): void {
    if (aim === 'close') {
      promiseEnd(entry, ballot)
      return
    }
    entry.lost = lostRunOf(entry)
    promise(entry, ballot)
    const { book } = this.#parts
    entry.unwon = ballot.peer === book.life.peer
    book.grantLease(entry, now)
  }

  /** COMMIT: accepts the decree, unless a higher ballot is promised; without the record it answers LACKING. */
  onCommit(from: Bearer, message: MessageOf<'commit'>, now: Millis, out: Out): void {
    const { task, version, ballot, decree, record } = message
    if (record && !this.#answers.isOurs(from.peer, record, 'commit', out, message)) return
    const known = this.#known(task, version)
    if (known && this.#answers.isOver(known, from.peer, message, out)) return
    if (known?.record.version !== version && !record) {
      this.#send(from.peer, { t: 'lacking', task, version, ballot }, out)
      return
    }
    if (this.#answers.abstains(from.peer, (record ?? known?.record)!, message, out)) return
    const entry = known?.record.version === version ? known : this.#adopt(known, record!, ballot, now, out)
    const order = compareBallots(ballot, entry.promised)
    if (order < 0) {
      this.#answers.fence(entry, from.peer, ballot, out)
      return
    }
    if (order > 0) {
      if (!mayBegin(entry.record, ballot)) {
        out.push({ type: 'rejected', from: from.peer, tag: 'commit', code: 'forged-ballot' })
        return
      }
      promise(entry, ballot)
    }
    entry.bearer = from
    entry.accepted = { ballot, decree }
    this.#parts.book.grantLease(entry, now)
    const committed: MessageOf<'committed'> = { t: 'committed', task, version, ballot }
    if (entry.endWatchers.length > 0) committed.awaited = true
    this.#answers.write(entry, from.peer, committed, out)
    this.#parts.readers.changed(entry, now, out)
  }

  /** A bearer asks for leave to begin a task that starts at most once: given under the promised ballot only, and noted. */
  onBegin(from: Bearer, message: MessageOf<'begin'>, out: Out): void {
    const { task, version, ballot } = message
    const entry = this.#parts.book.archive.get(task)
    if (entry?.phase !== 'open' || entry.record.version !== version || compareBallots(entry.promised, ballot) !== 0) {
      if (entry) this.#answers.fence(entry, from.peer, ballot, out)
      return
    }
    entry.begun = true
    this.#answers.write(entry, from.peer, { t: 'begun', task, version, ballot }, out)
  }

  // ---- what they have in common

  /** The entry, unless it points to this version with this peer in its set: of that version nothing is known here yet. */
  #known(task: TaskId, version: number): Entry | undefined {
    const entry = this.#parts.book.archive.get(task)
    const pointsHere = entry?.phase === 'moved' && entry.record.version === version
    return pointsHere && entry.record.custodians.includes(this.#parts.self) ? undefined : entry
  }

  /** A STORE of a known version changes nothing: the same one again is STORED, any other hears ALREADY what is known here. */
  #onStoreAgain(known: Entry, to: PeerId, { record, ballot }: MessageOf<'store'>, out: Out): void {
    const vote = { task: record.id, version: record.version, ballot }
    const same = known.record.version === record.version && compareBallots(known.promised, ballot) === 0
    if (same && known.phase === 'storing') return
    if (same && known.phase === 'open') {
      this.#answers.write(known, to, { t: 'stored', ...vote }, out)
      return
    }
    const { version, custodians } = known.record
    known.relied = true
    const already = { t: 'already', ...vote, promised: known.promised, known: { version, custodians } } as const
    // Whoever hears ALREADY counts on this custodian, so the record must be on disk by then.
    if (known.phase === 'storing') this.#answers.write(known, to, already, out)
    else this.#send(to, already, out)
  }

  /** Replaces what is known by a new entry, for a version that is new here, under the ballot that it came with. */
  #adopt(known: Entry | undefined, record: TaskRecord, ballot: Ballot, now: Millis, out: Out): Entry {
    const { book } = this.#parts
    const entry = newEntry(record, ballot)
    // Also where the entry is a pointer, which `#known` leaves out: its end is on disk.
    entry.again = book.archive.get(record.id) !== undefined
    const { self, mesh } = this.#parts
    if (known) {
      const removed = (peer: PeerId) => mesh.removed(peer)
      if (ballot.peer !== self) forgetNeedlessWord(known, record.custodians, removed, out)
      goOn(known, entry)
    }
    book.archive.reopen(record.id)
    book.archive.add(entry)
    book.grantLease(entry, now)
    book.watchExpiry(record, now)
    return entry
  }

  #whyFull(): { code: string; message: string } | undefined {
    const { book, store } = this.#parts
    const { openMax } = this.#config
    if (!store.ok) return { code: store.code, message: store.message }
    if (book.archive.openCount < openMax && !book.journal.full) return undefined
    const message = `it keeps ${openMax} unfinished tasks already; submit later`
    return { code: 'too-many-tasks', message }
  }

  #send(to: PeerId, message: CustodianSays, out: Out): void {
    out.push({ type: 'send', to, message })
  }
}
