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
import { promiseOf } from './promise-of.ts'
import { mayBegin } from './quorum.ts'
import type { Readers } from './readers.ts'
import { type Pending, type TaskBook, voteOf } from './task-book.ts'
import { tellNewcomers } from './tell-newcomers.ts'
import { versionNumber } from './version.ts'
import type { MeshView } from './views.ts'
import { VoteAnswers } from './vote-answers.ts'

type Out = CustodianEffect[]

/** whether the disk took the last write, and what it said */
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
 * A custodian's votes: what it keeps, promises and accepts, each behind its disk (I2, I3). One decree is chosen per
 * version because a ballot below the promise is never accepted (I4).
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
    // Where an outcome was chosen no next version was; and a later submit of a key asks those that an earlier one chose.
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
    const entry = this.#adopt(known, record, ballot, now)
    if (known) tellNewcomers(known, record, { self: this.#parts.self, ballot }, out)
    // Not always whoever began that ballot: where the record is lacking its bearer brings it, and may vanish.
    entry.bearer = from
    book.grantLease(entry, now)
    entry.attempts = mergeAttempts(entry.attempts, attempts)
    entry.begun ||= message.begun ?? false
    const pending = { kind: 'store', entry, to: from.peer, ballot } as const
    if (book.save(entry, pending, out)) this.onStored(pending, now, out)
    else if (known) this.#parts.readers.changed(entry, now, out)
  }

  /** On disk: from here on it counts. */
  onStored({ entry, to, ballot }: Extract<Pending, { kind: 'store' }>, now: Millis, out: Out): void {
    if (entry.phase === 'storing') {
      enterPhase(entry, 'open')
      this.#parts.book.note(entry, 'accepted', '', now)
    }
    const { promised, record } = entry
    const vote = voteOf(entry, ballot)
    if (compareBallots(promised, ballot) === 0) this.#send(to, { t: 'stored', ...vote }, out)
    else {
      // More was promised meanwhile: kept it is, but no longer for that ballot's bearer.
      entry.relied = true
      const known = { version: record.version, custodians: record.custodians }
      this.#send(to, { t: 'already', ...vote, promised, known }, out)
    }
    this.#parts.readers.changed(entry, now, out)
  }

  /** On disk, unless what it stands on was refused: then nothing is answered, and who asked asks again. */
  onAnswerWritten({ entry, to, message, losses }: Extract<Pending, { kind: 'answer' }>, out: Out): void {
    if (losses !== entry.losses) return
    // Overtaken by a higher promise before it could leave.
    if (message.t === 'promise' && compareBallots(message.ballot, entry.promised) < 0) return
    // Known by a vote alone, without a STORE: its record came along.
    if (entry.phase === 'storing') enterPhase(entry, 'open')
    this.#send(to, message, out)
  }

  onNotStored({ entry, to, ballot }: Extract<Pending, { kind: 'store' }>, why: StoreState, out: Out): void {
    const vote = voteOf(entry, ballot)
    // A promise or an acceptance that came meanwhile has its own write; only a record alone is forgotten.
    if (entry.phase === 'storing' && !entry.accepted) this.#parts.book.forget(entry.record.id)
    this.#send(to, { t: 'unstored', ...vote, code: why.code, message: why.message }, out)
  }

  /** Its submit was given up: nobody was told that it is accepted. */
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

  onPrepare(from: Bearer, message: MessageOf<'prepare'>, now: Millis, out: Out): void {
    const { record, ballot, aim } = message
    if (!this.#answers.isOurs(from.peer, record, 'prepare', out, message)) return
    const known = this.#known(record.id, record.version)
    if (known && this.#answers.isOver(known, from.peer, message, out)) return
    if (this.#answers.abstains(from.peer, record, message, out)) return
    // Of the version before too: its bearer goes on until it hears of the next.
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
    const entry = same ? known : this.#adopt(known, record, ballot, now)
    // Who bears what is to end is not known to who hears of it only now: time has to tell.
    if (!same && aim === 'close') forgetBearer(entry)
    entry.attempts = mergeAttempts(entry.attempts, message.attempts)
    entry.ending ??= message.ending
    this.#answers.write(entry, from.peer, promiseOf(entry, ballot, leftMs), out)
    this.#parts.readers.changed(entry, now, out)
  }

  /**
   * To run it: then its proposer bears it; of its own ballot this peer knows better until a majority has promised it. To end
   * it: whoever bears it has yet to stop, within what is left of its lease.
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
    const entry = known?.record.version === version ? known : this.#adopt(known, record!, ballot, now)
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

  /** May it start? Only under the promised ballot, and from here on it may have. */
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

  /** The task as it is kept here. A pointer to a set that this peer is in is no copy: of that version nothing is known. */
  #known(task: TaskId, version: number): Entry | undefined {
    const entry = this.#parts.book.archive.get(task)
    const pointsHere = entry?.phase === 'moved' && entry.record.version === version
    return pointsHere && entry.record.custodians.includes(this.#parts.self) ? undefined : entry
  }

  /** A known version is what it is: the sender hears of it and nothing changes, unless it repeats itself. */
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
    // Whoever hears it counts on it, so it must be on disk by then.
    if (known.phase === 'storing') this.#answers.write(known, to, already, out)
    else this.#send(to, already, out)
  }

  /** A version that this custodian did not know: it counts from here on, under the ballot that it came with. */
  #adopt(known: Entry | undefined, record: TaskRecord, ballot: Ballot, now: Millis): Entry {
    const { book } = this.#parts
    const entry = newEntry(record, ballot)
    // Also where that was but a pointer, which is not `known`: its end is on disk.
    entry.again = book.archive.get(record.id) !== undefined
    if (known) {
      // Of the version before stays what people asked and saw; its votes are over.
      entry.attempts = known.attempts
      entry.begun = known.begun
      entry.decision = known.decision
      entry.ending = known.ending
      entry.cancellers = known.cancellers
      entry.givenUp = known.givenUp
      entry.watchers = known.watchers
      entry.endWatchers = known.endWatchers
      entry.timeline = known.timeline
      entry.phase = 'open'
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
