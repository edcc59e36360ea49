import type { Millis } from '@souk/kernel'
import { type Ballot, compareBallots, type MessageOf, type PeerId, type TaskRecord } from '@souk/wire'
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

/** An undertaking that asks for promises of its ballot, and what a majority of them comes to: it bears the task, or ends it. */
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

  /** A new ballot, above all that it knows of. */
  prepare(proposal: Proposal, entry: Entry, now: Millis, out: Out): void {
    if (proposal.aim === 'run') this.#countVanished(entry)
    this.#undertakings.enter(proposal, 'preparing', now)
    proposal.ballot = this.#undertakings.ballotFor(entry)
    this.#undertakings.say(proposal, now, out)
  }

  /** Whoever bore it is gone without a word, and may have run it. */
  #countVanished(entry: Entry): void {
    const { released, unwon, heard, bearerState, bearer, keptIn } = entry
    if (released || unwon || entry.accepted?.decree.kind === 'outcome') return
    if (keptIn === undefined && heard && bearerState === 'waiting') return
    // After a restart nobody knows whether it was waiting: a bearer that was not heard of is not held against the task.
    if (keptIn === undefined && !heard && entry.timeline.length === 0) return
    const already = entry.attempts.some(({ ballot }) => compareBallots(ballot, entry.borneUnder) === 0)
    if (already) return
    const code = this.#mesh.lives(bearer) ? 'cut-off' : 'vanished'
    this.#book.failed(entry, bearer.peer, { code, message: 'its bearer was not heard from for a whole lease' })
  }

  onPromise(from: PeerId, message: MessageOf<'promise'>, now: Millis, out: Out): void {
    const proposal = this.#undertakings.under(message, 'preparing')
    const entry = this.#book.archive.get(message.task)
    if (!proposal || !entry || !proposal.record.custodians.includes(from)) return
    if (this.#undertakings.isOvertaken(proposal, entry)) {
      this.#undertakings.end(message.task)
      return
    }
    const { accepted } = message
    proposal.answers.add(from)
    // The highest: a lower one cannot have been chosen.
    if (accepted && (!proposal.best || compareBallots(accepted.ballot, proposal.best.ballot) > 0))
      proposal.best = accepted
    proposal.begun ||= message.begun
    // Whoever bears it has a majority's leases: of a majority that promises at least one names it.
    if (message.leftMs === 0) proposal.over.add(from)
    else if (message.borne) proposal.lastBearers.add(message.borne)
    entry.attempts = mergeAttempts(entry.attempts, message.attempts)
    entry.ending ??= message.ending
    if (this.#undertakings.haveTheSay(proposal.answers, proposal)) this.#onPromised(proposal, entry, now, out)
    // Its own promise is on disk: now the others may hear of the ballot.
    else if (from === proposal.ballot.peer) this.#undertakings.say(proposal, now, out)
  }

  onRefuse(from: PeerId, message: MessageOf<'refuse'>, now: Millis): void {
    const proposal = this.#undertakings.under(message, 'preparing')
    if (!proposal?.record.custodians.includes(from)) return
    // It abstains until it has heard from enough members: asked again by and by.
    if (message.code === 'abstains') return
    const { promised, code, leftMs } = message
    this.#undertakings.refused(
      proposal,
      from,
      promised,
      code === 'lease' ? now + leftMs + 1 : this.#undertakings.nextTry(proposal, now),
    )
  }

  /** A majority hears no lower ballot any more: what is to become of the task? */
  #onPromised(proposal: Proposal, entry: Entry, now: Millis, out: Out): void {
    const { best, lastBearers } = proposal
    // From now on its own lease counts here as any other would.
    entry.unwon = false
    if (best?.decree.kind === 'outcome') lastBearers.onEnded(best.ballot)
    if (best || entry.ending) {
      // Also before what was accepted earlier: once a task has ended nothing of it runs.
      const over = this.#undertakings.haveTheSay(proposal.over, proposal) || lastBearers.haveStopped
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

  /** Once: it may have to ask for another ballot after this one. A bearer that lives tells itself how its run ended. */
  #tellLost(proposal: Proposal, entry: Entry, now: Millis, out: Out): void {
    const { lost, record } = proposal
    proposal.lost = undefined
    entry.lost = undefined
    if (!lost || this.#mesh.lives(lost.bearer)) return
    const { sinceWallMs } = lost
    const known = sinceWallMs === undefined ? {} : { forMs: Math.max(0, this.#book.wall(now) - sinceWallMs) }
    out.push({ type: 'runLost', task: record.id, run: lost, ...known })
  }

  /** The undertaking ends with its task in the hands of this peer. */
  bear(proposal: Proposal, entry: Entry, ballot: Ballot, now: Millis, out: Out): void {
    const { record: before, next, sinceMs: leasedMs } = proposal
    const record = next?.record ?? before
    const task = record.id
    // The first of its leases may be over by now, and another ballot granted: it is asked for once more.
    if (!this.#isAlone(entry, record) && now - leasedMs >= this.#config.leaseStopMs) {
      this.#undertakings.retry(proposal, now)
      return
    }
    this.#undertakings.end(task)
    out.push({ type: 'recovered', task, ballot, code: proposal.code })
    out.push({ type: 'bear', record, ballot, attempts: [...entry.attempts], leasedMs, durable: true })
  }

  /** Nobody else grants it, however long the disk took; and where this life has its ballot no lease of it ever ends here. */
  #isAlone(entry: Entry, { version }: TaskRecord): boolean {
    return entry.record.version === version && this.#book.needsNoLease(entry)
  }
}
