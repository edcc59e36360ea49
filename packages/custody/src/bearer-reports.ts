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
/** What a renewal says of one task. */
type Said = HeldTask & { task: TaskId }

interface BearerReportsParts {
  book: TaskBook
  readers: Readers
  proposer: Proposer
}

/** What bearers say to a custodian of the tasks that they have, and what is known of them otherwise. */
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

  /** This peer has decided, as bearer, where the task goes: known here at once, whatever others hear later. */
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

  /** What was decided before the present custodians stood comes about now. */
  onHanded(task: TaskId, to: Bearer, now: Millis): void {
    const entry = this.#book.archive.get(task)
    if (entry?.phase !== 'open' || entry.bearer.peer !== this.#book.life.peer) return
    entry.bearerState = 'offered'
    this.#passTo(entry, to, now)
  }

  /** Another peer is to bear it: unless that one says so in time it is taken up again. */
  #passTo(entry: Entry, to: Bearer, now: Millis): void {
    entry.bearer = to
    entry.heard = false
    this.#book.grantLease(entry, now)
  }

  /** Another peer has, as bearer: it comes for people to read, and changes nothing. */
  onDecided(from: PeerId, { tasks, decision }: MessageOf<'decided'>, now: Millis): void {
    for (const { task, ballot } of tasks) {
      const entry = this.#book.archive.get(task)
      if (!entry || compareBallots(entry.promised, ballot) !== 0) continue
      // Who tells what another decided tells what it knew: its word comes over another link, and may be the older one.
      const newer = from === decision.by || entry.decision === undefined
      this.#keepDecision(entry, newer ? decision : withEarlier(entry.decision!, decision), now)
    }
  }

  #keepDecision(entry: Entry, decision: MessageOf<'decided'>['decision'], now: Millis): void {
    entry.decision = withEarlier(decision, entry.decision)
    this.#book.decided(entry, now)
  }

  /** The entry of a task that this ballot still holds, while nothing else was promised or chosen. */
  #openUnder(task: TaskId, ballot: Ballot): Entry | undefined {
    const entry = this.#book.archive.get(task)
    const open = entry?.phase === 'open' || entry?.phase === 'storing'
    return open && compareBallots(entry!.promised, ballot) === 0 ? entry : undefined
  }

  onBegan(task: TaskId, ballot: Ballot, now: Millis, out: Out): void {
    const entry = this.#openUnder(task, ballot)
    if (!entry) return
    entry.bearerState = 'running'
    // Nobody else could tell after a crash that a run took its own keeper down.
    if (entry.record.custodians.length === 1) {
      entry.keptIn = this.#book.life.incarnation
      this.#book.save(entry, { kind: 'note', entry }, out)
    }
    this.#book.note(entry, 'running', this.#book.life.peer, now)
    this.#readers.changed(entry, now, out)
  }

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
    // With the next custodians accepted it counts all the same: whoever sees to that version takes it over.
    if (entry.accepted?.decree.kind === 'outcome') return
    if (message.ran) this.#book.failed(entry, from.peer, message)
    entry.released = true
    // How it ended is known: it does not count as one that may be under way somewhere.
    if (!message.ran || isOwnFailure(message.code)) entry.begun = false
    this.#book.note(entry, 'given up', message.code, now)
    this.#book.endLease(entry, now)
    this.#readers.changed(entry, now, out)
  }

  onRenew(from: PeerId, message: MessageOf<'renew'>, now: Millis, out: Out): void {
    const held = this.#held.apply(from, message)
    const bearer = { peer: from, incarnation: message.incarnation }
    const news = new Map(message.adds.map((add) => [add.task, add]))
    const refused: Held[] = []
    const lacking: Held[] = []
    // All of it where it says so, not only what is new: what is refused or lacking is said with every answer until its
    // bearer takes it back. An answer may be lost, and the next would confirm what that one did not.
    const said: Iterable<Said> = message.full ? entriesOf(held) : held ? message.adds : []
    for (const one of said) {
      const { task, ballot } = one
      const entry = this.#openUnder(task, ballot) ?? this.#movedOn(one, bearer) ?? this.#catchUp(one, out)
      if (entry) this.#renewed(entry, bearer, news.get(task), now, out)
      else if (this.#lacks(one)) push(lacking, task, ballot)
      else if (!this.#isChosenUnder(task, ballot)) push(refused, task, ballot)
    }
    // More than one answer can name: it confirms nothing, and what it names goes first.
    const full = refused.length + lacking.length >= limits.tasksPerMessageMax
    if (full) this.#held.forget(from)
    const again = held === undefined || full
    out.push({ type: 'send', to: from, message: { t: 'renewed', seq: message.seq, again, refused, lacking } })
  }

  /**
   * Its own next version, which it does not know to stand yet: the same bearer, so the same lease. Under a higher ballot of
   * the same version it is not what that one began, be it of the same peer: a submit that came to nothing.
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
   * A higher ballot than it promised: a majority of the others did, and this one missed it. Of the same version: another
   * one's, or that of another submit's custodians, is no business of this copy.
   */
  #catchUp({ task, version, ballot }: Said, out: Out): Entry | undefined {
    const entry = this.#book.archive.get(task)
    if (entry?.phase !== 'open' || entry.record.version !== version || !mayFollow(entry, ballot)) return undefined
    promise(entry, ballot)
    // Whoever began that ballot asked a majority what had begun before.
    entry.begun = false
    this.#book.save(entry, { kind: 'note', entry }, out)
    return entry
  }

  /** It is not known here, or not yet in a version as late as that. */
  #lacks({ task, version }: Said): boolean {
    const entry = this.#book.archive.get(task)
    if (!entry) return true
    return entry.phase !== 'closed' && versionNumber(entry.record.version) < versionNumber(version)
  }

  /** Its own outcome stands: the answer to its commit is on its way. */
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

  /** What ran there ended with its life. What only waited there may run elsewhere by now, and nobody says so yet. */
  onBearerRestarted(peer: PeerId, incarnation: Incarnation, now: Millis): void {
    this.#held.forget(peer)
    for (const entry of this.#book.archive.entries()) {
      if (entry.bearer.peer !== peer || entry.bearer.incarnation >= incarnation) continue
      if (entry.phase !== 'open') continue
      if (runsAtBearer(entry) || this.#book.leaseLeftMs(entry, now) === 0) this.#book.endLease(entry, now)
    }
  }

  /**
   * Its run is over where this outcome of it is accepted; with the next custodians its bearer goes on, and its lease
   * with it. One that is not accepted is renewed like any other: or its bearer would take a silence for a lease.
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
