import { Deadlines, earliest, invariant, type Millis } from '@souk/kernel'
import { type Ballot, compareBallots, type PeerId, type TaskId } from '@souk/wire'
import type { CustodyConfig } from './config.ts'
import type { CustodianEffect } from './custodian-io.ts'
import { type Entry, lastBearerOf } from './entry.ts'
import { LastBearers } from './last-bearers.ts'
import { lostRunOf } from './lost-run.ts'
import { type Proposal, type Stage, stageTransitions, type Vote } from './proposal.ts'
import { messagesOf } from './proposal-messages.ts'
import { areAllLeft, majority } from './quorum.ts'
import type { TaskBook } from './task-book.ts'
import type { MeshView } from './views.ts'

/** Over so many tries a stage is said at longer and longer intervals, up to this many times the first. */
const patienceMax = 8
/** A ballot that some refuse is said so often to those that do not answer. */
const triesMax = 3

/** What a custodian has undertaken, one thing a task at a time, and when it is its turn to speak. */
export class Undertakings {
  readonly #config: CustodyConfig
  readonly #self: PeerId
  readonly #book: TaskBook
  readonly #removed: MeshView['removed']
  readonly #proposals = new Map<TaskId, Proposal>()
  /** when to speak again */
  readonly due = new Deadlines<TaskId>()
  /** lower ranks wait their turn */
  readonly turns = new Deadlines<TaskId>()
  /** ballots above an undertaking's that others were said to have promised: the next try goes above them */
  readonly #seen = new Map<TaskId, Ballot>()

  constructor(config: CustodyConfig, { self, book, mesh }: { self: PeerId; book: TaskBook; mesh: MeshView }) {
    this.#config = config
    this.#self = self
    this.#book = book
    this.#removed = (peer) => mesh.removed(peer)
  }

  get size(): number {
    return this.#proposals.size
  }

  nextWakeup(): Millis | undefined {
    return earliest(this.due.next(), this.turns.next())
  }

  get(task: TaskId): Proposal | undefined {
    return this.#proposals.get(task)
  }

  has(task: TaskId): boolean {
    return this.#proposals.has(task)
  }

  begin(entry: Entry, aim: Proposal['aim'], code: string, now: Millis): Proposal {
    const lastBearers = new LastBearers()
    if (this.#book.leaseLeftMs(entry, now) > 0) lastBearers.add(lastBearerOf(entry))
    const proposal: Proposal = {
      record: entry.record,
      aim,
      stage: aim === 'run' ? 'asking' : 'preparing',
      code,
      ballot: entry.promised,
      lastBearers,
      stoppedByMs: Infinity,
      sinceMs: now,
      answers: new Set(),
      over: new Set(),
      refusals: new Set(),
      elsewhere: new Set(),
      joinable: undefined,
      other: undefined,
      best: undefined,
      begun: false,
      lost: aim === 'run' ? lostRunOf(entry) : undefined,
      decree: undefined,
      next: undefined,
      tries: 0,
    }
    this.#proposals.set(entry.record.id, proposal)
    this.turns.delete(entry.record.id)
    return proposal
  }

  enter(proposal: Proposal, stage: Stage, now: Millis): void {
    const stays = proposal.stage === stage
    invariant(stays || stageTransitions[proposal.stage].includes(stage), `${proposal.stage} cannot become ${stage}`)
    proposal.stage = stage
    proposal.sinceMs = now
    proposal.answers = new Set()
    proposal.over = new Set()
    proposal.refusals = new Set()
    proposal.tries = 0
  }

  /** The undertaking that this message answers. */
  under({ task, version, ballot }: Vote, stage?: Stage): Proposal | undefined {
    const proposal = this.#proposals.get(task)
    if (!proposal || (stage && proposal.stage !== stage)) return undefined
    if (version >= 0 && proposal.record.version !== version) return undefined
    return compareBallots(proposal.ballot, ballot) === 0 ? proposal : undefined
  }

  /** A majority has answered; or, of a task that somebody gave up after most of its custodians were removed, all that are left. */
  haveTheSay(answers: ReadonlySet<PeerId>, { record }: Proposal): boolean {
    const { id, custodians } = record
    if (answers.size >= majority(custodians.length)) return true
    return this.#book.archive.get(id)?.givenUp === true && areAllLeft(answers, custodians, this.#removed)
  }

  /** A ballot of this peer, above all that is known to be promised. */
  ballotFor(entry: Entry): Ballot {
    const seen = this.#seen.get(entry.record.id)
    return this.#book.ballotAfter(seen && compareBallots(seen, entry.promised) > 0 ? seen : entry.promised)
  }

  /** Says what its stage has to say to whoever has not answered, and when to say it again. */
  say(proposal: Proposal, now: Millis, out: CustodianEffect[]): void {
    const entry = this.#book.archive.get(proposal.record.id)
    for (const { to, message } of messagesOf(proposal, entry)) out.push({ type: 'send', to, message })
    const patience = Math.min(2 ** Math.max(0, proposal.tries - 2), patienceMax)
    proposal.tries++
    let dueMs = now + this.#config.proposeMs * patience
    if (proposal.stage === 'stopping') dueMs = Math.min(dueMs, proposal.stoppedByMs)
    this.due.set(proposal.record.id, dueMs)
  }

  /** One refusal stops nothing. Without a chance of a majority it is tried again at that time, above what was seen. */
  refused(proposal: Proposal, from: PeerId, promised: Ballot, againMs: Millis): void {
    const { record, refusals } = proposal
    refusals.add(from)
    const seen = this.#seen.get(record.id)
    if (!seen || compareBallots(promised, seen) > 0) this.#seen.set(record.id, promised)
    const { length } = record.custodians
    if (length - refusals.size >= majority(length)) return
    this.retry(proposal, againMs)
  }

  /** Refused by some and unanswered by the rest for so long that this ballot comes to nothing: the next goes above. */
  isStuck({ refusals, tries }: Proposal): boolean {
    return refusals.size > 0 && tries > triesMax
  }

  /**
   * Another ballot was promised here since this one: whoever began that sees to the task. This one must come to nothing even
   * if a majority promises it yet, since the other was granted without waiting for a lease of it.
   */
  isOvertaken({ stage, aim, record, ballot }: Proposal, entry: Entry): boolean {
    if (stage !== 'preparing' || aim !== 'run') return false
    return entry.record.version !== record.version || compareBallots(entry.promised, ballot) > 0
  }

  /** Ended for now; its turn comes again. */
  retry(proposal: Proposal, atMs: Millis): void {
    this.end(proposal.record.id)
    this.turns.set(proposal.record.id, atMs)
  }

  /** Ranks try at different times, so that one of them gets through. */
  nextTry({ record }: Proposal, now: Millis): Millis {
    return now + (record.custodians.indexOf(this.#self) + 1) * this.#config.staggerMs
  }

  end(task: TaskId): void {
    const proposal = this.#proposals.get(task)
    if (!proposal) return
    this.#proposals.delete(task)
    this.due.delete(task)
    // Its lease may have ended unheeded meanwhile: what is still open then gets its turn, or nobody would look at it again.
    if (this.#book.leases.get(task) === undefined) this.turns.set(task, this.nextTry(proposal, proposal.sinceMs))
  }

  /** The task is over here. */
  forget(task: TaskId): void {
    this.end(task)
    this.turns.delete(task)
    this.#seen.delete(task)
  }
}
