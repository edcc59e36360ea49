import type { Millis } from '@souk/kernel'
import { type Ballot, compareBallots, type MessageOf, majority, type PeerId, type TaskRecord } from '@souk/wire'
import type { CustodyConfig } from './config.ts'
import type { CustodianEffect } from './custodian-io.ts'
import { decideNext } from './decide-next.ts'
import { type Entry, mergeAttempts } from './entry.ts'
import type { Proposal } from './proposal.ts'
import type { ProposerEndings } from './proposer-endings.ts'
import type { TaskBook } from './task-book.ts'
import type { Undertakings } from './undertakings.ts'
import type { MeshView } from './views.ts'

type Out = CustodianEffect[]

interface PreparationsParts {
  book: TaskBook
  mesh: MeshView
  undertakings: Undertakings
  endings: ProposerEndings
}

/**
 * The PREPARE stage of an undertaking: it asks for promises of a new ballot, and once a majority has promised decides what
 * follows: what was accepted is proposed again, the task ends, or this peer bears it. `Proposer` calls it.
 */
export class Preparations {
  readonly #config: CustodyConfig
  readonly #book: TaskBook
  readonly #mesh: MeshView
  readonly #undertakings: Undertakings
  readonly #endings: ProposerEndings

  constructor(config: CustodyConfig, { book, mesh, undertakings, endings }: PreparationsParts) {
    this.#config = config
    this.#book = book
    this.#mesh = mesh
    this.#undertakings = undertakings
    this.#endings = endings
  }

  /** Begins to prepare, under a new ballot above all that are known of. */
  prepare(proposal: Proposal, entry: Entry, now: Millis, out: Out): void {
    if (proposal.aim === 'run') this.#countVanished(entry)
    this.#undertakings.enter(proposal, 'preparing', now)
    proposal.ballot = this.#undertakings.ballotFor(entry)
    this.#undertakings.say(proposal, now, out)
  }

  /** Counts a bearer that is gone without a word, and may have run the task, as an attempt. */
  #countVanished(entry: Entry): void {
    const { released, unwon, heard, bearerState, bearer, keptIn } = entry
    if (released || unwon || entry.accepted?.decree.kind === 'outcome') return
    if (keptIn === undefined && heard && bearerState === 'waiting') return
    // Restarted since, and not heard of the bearer: it may only have had the task waiting, so that is no attempt.
    if (keptIn === undefined && !heard && entry.timeline.length === 0) return
    const already = entry.attempts.some(({ ballot }) => compareBallots(ballot, entry.borneUnder) === 0)
    if (already) return
    const code = this.#mesh.lives(bearer) ? 'cut-off' : 'vanished'
    this.#book.failed(entry, bearer.peer, { code, message: 'its bearer was not heard from for a whole lease' })
  }

  /** A custodian promises the ballot, and tells what it knows of the task: accepted decree, bearer, attempts. */
  onPromise(from: PeerId, message: MessageOf<'promise'>, now: Millis, out: Out): void {
    const proposal = this.#undertakings.under(message, 'preparing')
    const entry = this.#book.archive.get(message.task)
    if (!proposal || entry?.record.version !== proposal.record.version) return
    if (!proposal.record.custodians.includes(from)) return
    if (this.#undertakings.isOvertaken(proposal, entry)) {
      this.#undertakings.end(message.task)
      return
    }
    const { accepted } = message
    proposal.answers.add(from)
    // Of what was accepted the highest ballot counts: if any decree was chosen, it is that one.
    if (accepted && (!proposal.best || compareBallots(accepted.ballot, proposal.best.ballot) > 0))
      proposal.best = accepted
    proposal.begun ||= message.begun
    // A bearer that may run has the leases of a majority, so of a majority that promises at least one names it.
    if (message.leftMs === 0) proposal.over.add(from)
    else if (message.borne) proposal.lastBearers.add(message.borne)
    entry.attempts = mergeAttempts(entry.attempts, message.attempts)
    entry.ending ??= message.ending
    if (this.#undertakings.haveTheSay(proposal.answers, proposal)) this.#onPromised(proposal, entry, now, out)
    // This peer's own promise is on disk: only now the others hear of the ballot.
    else if (from === proposal.ballot.peer) this.#undertakings.say(proposal, now, out)
  }

  /** A custodian does not promise the ballot: without a chance of a majority the next try is set. */
  onRefuse(from: PeerId, message: MessageOf<'refuse'>, now: Millis): void {
    const proposal = this.#undertakings.under(message, 'preparing')
    if (!proposal?.record.custodians.includes(from)) return
    // A custodian that has just started abstains, until it has heard from a majority of members: it is asked again.
    if (message.code === 'abstains') return
    const { promised, code, leftMs } = message
    this.#undertakings.refused(
      proposal,
      from,
      promised,
      code === 'lease' ? now + leftMs + 1 : this.#undertakings.nextTry(proposal, now),
    )
  }

  /** A majority has promised, so no lower ballot can have its way any more: decides what becomes of the task. */
  #onPromised(proposal: Proposal, entry: Entry, now: Millis, out: Out): void {
    const { best, lastBearers } = proposal
    // From now on the lease of this peer's own ballot counts here like any other.
    entry.unwon = false
    if (best?.decree.kind === 'outcome') lastBearers.onEnded(best.ballot)
    if (best || entry.ending || entry.word) {
      // The last bearers stop first, also where an outcome was accepted: once a task has ended nothing of it may run.
      // A true majority: that no lease is left at those few who may give a task up says nothing of the others' (`haveTheSay`).
      const leaseOver = proposal.over.size >= majority(proposal.record.custodians.length)
      const over = leaseOver || lastBearers.haveStopped
      if (over || (best && lastBearers.left.length === 0)) this.#endings.commitEnd(proposal, entry, now, out)
      else this.#endings.stop(proposal, entry, now, out)
      return
    }
    this.#tellLost(proposal, entry, now, out)
    const next = decideNext(entry.record.spec, entry.attempts, proposal.begun)
    if (next.choice !== 'again') {
      this.#endings.commitFailure(proposal, entry, next, now, out)
      return
    }
    this.bear(proposal, entry, proposal.ballot, now, out)
  }

  /** Tells of the run that ended with its bearer, once, though further ballots may follow. A bearer that lives tells itself. */
  #tellLost(proposal: Proposal, entry: Entry, now: Millis, out: Out): void {
    const { lost, record } = proposal
    proposal.lost = undefined
    entry.lost = undefined
    if (!lost || this.#mesh.lives(lost.bearer)) return
    const { sinceWallMs } = lost
    const known = sinceWallMs === undefined ? {} : { forMs: Math.max(0, this.#book.wall(now) - sinceWallMs) }
    out.push({ type: 'runLost', task: record.id, run: lost, ...known })
  }

  /** Ends the undertaking by giving the baton to this peer's own bearer. */
  bear(proposal: Proposal, entry: Entry, ballot: Ballot, now: Millis, out: Out): void {
    const { record: before, next, sinceMs: leasedMs } = proposal
    const record = next?.record ?? before
    const task = record.id
    // Leases count from when promises were asked for. If the first may be over, another ballot may be granted: it asks anew.
    if (!this.#isAlone(entry, record) && now - leasedMs >= this.#config.leaseStopMs) {
      this.#undertakings.retry(proposal, now)
      return
    }
    this.#undertakings.end(task)
    out.push({ type: 'recovered', task, ballot, code: proposal.code })
    out.push({ type: 'bear', record, ballot, attempts: [...entry.attempts], leasedMs, durable: true })
  }

  /** This peer is the only custodian and grants itself no lease, so none can be over, however long its disk took. */
  #isAlone(entry: Entry, { version }: TaskRecord): boolean {
    return entry.record.version === version && this.#book.needsNoLease(entry)
  }
}
