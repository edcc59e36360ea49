import type { Millis } from '@souk/kernel'
import {
  type Ballot,
  type Bearer,
  compareBallots,
  type Incarnation,
  isBearers,
  limits,
  type MessageOf,
  type PeerId,
  type TaskId,
} from '@souk/wire'
import type { CustodyConfig } from './config.ts'
import type { CustodianEffect, CustodianInput } from './custodian-io.ts'
import { isOwnFailure } from './decide-next.ts'
import { type Entry, promise, runsAtBearer } from './entry.ts'
import { HeldSets, type HeldTask } from './held-sets.ts'
import { mayFollow } from './may-tell.ts'
import type { Proposer } from './proposer.ts'
import type { Readers } from './readers.ts'
import type { TaskBook } from './task-book.ts'
import { versionNumber } from './version.ts'
import { withEarlier } from './with-earlier.ts'

type Out = CustodianEffect[]
type Held = { task: TaskId; ballot: Ballot }
type Added = MessageOf<'renew'>['adds'][number]
/** One task that a bearer says it holds. */
type Said = HeldTask & { task: TaskId }

interface BearerReportsParts {
  book: TaskBook
  readers: Readers
  proposer: Proposer
}

/**
 * What a custodian knows of the bearers of its tasks: by their renewals, which keep leases alive, by batons that they give
 * up, by decisions on places, and by their restarts. `Custodian` calls it.
 */
export class BearerReports {
  readonly #book: TaskBook
  readonly #readers: Readers
  readonly #proposer: Proposer
  readonly #held: HeldSets

  constructor({ openMax }: CustodyConfig, { book, readers, proposer }: BearerReportsParts) {
    this.#held = new HeldSets(openMax + limits.tasksPerMessageMax)
    this.#book = book
    this.#readers = readers
    this.#proposer = proposer
  }

  /** This peer's own bearer decided where the task goes: this custodian knows at once, without a message. */
  onPlaced(input: Extract<CustodianInput, { type: 'decided' }>, now: Millis, out: Out): void {
    const entry = this.#book.archive.get(input.task)
    if (!entry || (entry.phase !== 'open' && entry.phase !== 'storing')) return
    if (entry.bearer.peer !== this.#book.life.peer) return
    this.#keepDecision(entry, input.decision, now)
    if (!input.to) return
    const own = input.to.peer === this.#book.life.peer
    entry.bearerState = own ? 'queued' : 'offered'
    this.#book.note(entry, own ? 'kept' : 'awarded', own ? input.decision.reason : input.to.peer, now)
    if (!own) this.#passTo(entry, input.to, now)
    this.#readers.changed(entry, now, out)
  }

  /** A baton leaves this peer whose place was chosen in an earlier version: the entry of the present one learns who has it. */
  onHanded(task: TaskId, to: Bearer, now: Millis): void {
    const entry = this.#book.archive.get(task)
    if (entry?.phase !== 'open' || entry.bearer.peer !== this.#book.life.peer) return
    entry.bearerState = 'offered'
    this.#passTo(entry, to, now)
  }

  /** Another peer is to bear the task: unless it renews the lease that begins now, the task is recovered. */
  #passTo(entry: Entry, to: Bearer, now: Millis): void {
    entry.bearer = to
    entry.heard = false
    this.#book.grantLease(entry, now)
  }

  /** Another peer's bearer decided where tasks go: kept for people to read, without an effect on leases. */
  onDecided(from: PeerId, { tasks, decision }: MessageOf<'decided'>, now: Millis): void {
    for (const { task, ballot } of tasks) {
      const entry = this.#book.archive.get(task)
      if (!entry || compareBallots(entry.promised, ballot) !== 0) continue
      // Told by another than the one that decided, it may be older than what is known here, since it came by another way.
      const newer = from === decision.by || entry.decision === undefined
      this.#keepDecision(entry, newer ? decision : withEarlier(entry.decision!, decision), now)
    }
  }

  #keepDecision(entry: Entry, decision: MessageOf<'decided'>['decision'], now: Millis): void {
    entry.decision = withEarlier(decision, entry.decision)
    this.#book.decided(entry, now)
  }

  /** The entry of an open task whose promised ballot is this one. */
  #openUnder(task: TaskId, ballot: Ballot): Entry | undefined {
    const entry = this.#book.archive.get(task)
    const open = entry?.phase === 'open' || entry?.phase === 'storing'
    return open && compareBallots(entry!.promised, ballot) === 0 ? entry : undefined
  }

  /** A run of this peer's own bearer has begun. */
  onBegan(task: TaskId, ballot: Ballot, now: Millis, out: Out): void {
    const entry = this.#openUnder(task, ballot)
    if (!entry) return
    entry.bearerState = 'running'
    // The only custodian ran it itself: only its disk can tell, after a crash, that this run may have caused it.
    if (entry.record.custodians.length === 1) {
      entry.keptIn = this.#book.life.incarnation
      this.#book.save(entry, { kind: 'note', entry }, out)
    }
    this.#book.note(entry, 'running', this.#book.life.peer, now)
    this.#readers.changed(entry, now, out)
  }

  /** A bearer gives a baton up: the lease is over at once. If a higher ballot is promised it only says that it has stopped. */
  onGiveUp(from: Bearer, message: MessageOf<'giveUp'>, now: Millis, out: Out): void {
    const entry = this.#book.archive.get(message.task)
    this.#held.drop(from.peer, message)
    if (!entry || entry.record.version !== message.version) return
    const order = compareBallots(entry.promised, message.ballot)
    if (order > 0) {
      this.#proposer.onStopped(from, message, now, out)
      return
    }
    if (order < 0 || (entry.phase !== 'open' && entry.phase !== 'storing')) return
    // An accepted outcome is proposed again, whoever gave up. After an accepted next set the task is recovered in that.
    if (entry.accepted?.decree.kind === 'outcome') return
    if (message.ran) this.#book.failed(entry, from.peer, message)
    entry.released = true
    // It is known that it did not run, or how the run ended: so no run may be under way (starts: at-most-once).
    if (!message.ran || isOwnFailure(message.code)) entry.begun = false
    this.#book.note(entry, 'given up', message.code, now)
    this.#book.endLease(entry, now)
    this.#readers.changed(entry, now, out)
  }

  /** A renewal: starts leases anew, and is answered with the tasks that it was refused for or that are lacking here. */
  onRenew(from: PeerId, message: MessageOf<'renew'>, now: Millis, out: Out): void {
    const held = this.#held.apply(from, message)
    const bearer = { peer: from, incarnation: message.incarnation }
    const news = new Map(message.adds.map((add) => [add.task, add]))
    const refused: Held[] = []
    const lacking: Held[] = []
    // A full renewal is gone over whole, not only its news: what is refused or lacking is said with every answer until its
    // bearer takes it back. Else, if one answer was lost, the next would confirm what that one refused.
    const said: Iterable<Said> = message.full ? entriesOf(held) : held ? message.adds : []
    for (const one of said) {
      const { task, ballot } = one
      const entry = this.#openUnder(task, ballot) ?? this.#movedOn(one, bearer) ?? this.#catchUp(one, out)
      if (entry) this.#renewed(entry, bearer, news.get(task), now, out)
      else if (this.#lacks(one)) push(lacking, task, ballot)
      else if (!this.#isChosenUnder(task, ballot)) push(refused, task, ballot)
    }
    // More is refused or lacking than one answer can name: it confirms nothing, and the bearer has to say all again.
    const full = refused.length + lacking.length >= limits.tasksPerMessageMax
    if (full) this.#held.forget(from)
    const again = held === undefined || full
    out.push({ type: 'send', to: from, message: { t: 'renewed', seq: message.seq, again, refused, lacking } })
  }

  /**
   * The bearer renews a version that this custodian has left for the bearer's own next one, which the bearer does not know to
   * stand yet: the same life bears it, so the renewal counts. Not so within one version: there a lower ballot of the same
   * peer is one of a submit that came to nothing.
   */
  #movedOn({ task, version, ballot }: Said, { peer, incarnation }: Bearer): Entry | undefined {
    const entry = this.#book.archive.get(task)
    if (entry?.phase !== 'open' && entry?.phase !== 'storing') return undefined
    if (versionNumber(entry.record.version) <= versionNumber(version)) return undefined
    const { promised } = entry
    const own = promised.peer === peer && promised.incarnation === incarnation && isBearers(promised)
    return own && compareBallots(ballot, promised) < 0 ? entry : undefined
  }

  /**
   * The bearer's ballot is above the promise: a majority of the others promised it, and this custodian missed that, so it
   * follows. Only within the version that it keeps: others may be of another submit of the key, with other custodians.
   */
  #catchUp({ task, version, ballot }: Said, out: Out): Entry | undefined {
    const entry = this.#book.archive.get(task)
    if (entry?.phase !== 'open' || entry.record.version !== version || !mayFollow(entry, ballot)) return undefined
    promise(entry, ballot)
    // The proposer of that ballot asked a majority whether a run had begun before: what is known here is out of date.
    entry.begun = false
    this.#book.save(entry, { kind: 'note', entry }, out)
    return entry
  }

  /** The task is not known here, or only in an earlier version: its bearer has to send the record. */
  #lacks({ task, version }: Said): boolean {
    const entry = this.#book.archive.get(task)
    if (!entry) return true
    return entry.phase !== 'closed' && versionNumber(entry.record.version) < versionNumber(version)
  }

  /** The bearer's own outcome is chosen: it will hear so by the answer to its COMMIT, and must not be fenced. */
  #isChosenUnder(task: TaskId, ballot: Ballot): boolean {
    const entry = this.#book.archive.get(task)
    return entry?.phase === 'closed' && compareBallots(entry.accepted!.ballot, ballot) === 0
  }

  #renewed(entry: Entry, bearer: Bearer, told: Added | undefined, now: Millis, out: Out): void {
    const before = entry.bearer.peer
    const news = !entry.heard || before !== bearer.peer
    entry.bearer = bearer
    entry.heard = true
    entry.lost = undefined
    this.#book.grantLease(entry, now)
    if (told) {
      entry.moves = told.moves
      entry.path = told.path
    }
    const state = told?.state
    if (!news && (state === undefined || entry.bearerState === state)) return
    entry.bearerState = state ?? entry.bearerState
    if (news || state === 'running') this.#book.note(entry, entry.bearerState, bearer.peer, now)
    this.#readers.changed(entry, now, out)
  }

  /** Earlier lives of that peer are over, and their runs. What only waited there may have been passed on: its lease goes on. */
  onBearerRestarted(peer: PeerId, incarnation: Incarnation, now: Millis): void {
    this.#held.forget(peer)
    for (const entry of this.#book.archive.entries()) {
      if (entry.bearer.peer !== peer || entry.bearer.incarnation >= incarnation) continue
      if (entry.phase !== 'open') continue
      if (runsAtBearer(entry) || this.#book.leaseLeftMs(entry, now) === 0) this.#book.endLease(entry, now)
    }
  }

  /**
   * A bearer's outcome that was accepted here needs no lease any more. A next set does: the run goes on. So does an outcome
   * that was not accepted: renewals of it must be refused aloud, or the bearer would take silence for a lease.
   */
  onCommit(from: PeerId, { task, ballot, decree }: MessageOf<'commit'>): void {
    const accepted = this.#book.archive.get(task)?.accepted
    if (decree.kind !== 'outcome' || !accepted || compareBallots(accepted.ballot, ballot) !== 0) return
    this.#held.drop(from, { task, ballot })
  }
}

function* entriesOf(held: ReadonlyMap<TaskId, HeldTask> | undefined): Generator<Said> {
  for (const [task, one] of held ?? []) yield { task, ...one }
}

function push(list: Held[], task: TaskId, ballot: Ballot): void {
  if (list.length < limits.tasksPerMessageMax) list.push({ task, ballot })
}
