import { Deadlines, earliest, invariant, type Millis } from '@souk/kernel'
import { type Ballot, compareBallots, isUnendable, majority, type PeerId, type TaskId } from '@souk/wire'
import type { CustodyConfig } from './config.ts'
import type { CustodianEffect } from './custodian-io.ts'
import { type Entry, lastBearerOf } from './entry.ts'
import { LastBearers } from './last-bearers.ts'
import { lostRunOf } from './lost-run.ts'
import { otherKeepers } from './other-keepers.ts'
import { type Proposal, type Stage, stageTransitions, type Vote, voteOf } from './proposal.ts'
import { messagesOf } from './proposal-messages.ts'
import { areAllLeft } from './quorum.ts'
import type { TaskBook } from './task-book.ts'
import type { MeshView } from './views.ts'

/** A stage is repeated at longer and longer intervals, up to this many times the first. */
const patienceMax = 8
/** The same while most of a set were removed, which never vote: only other keepers, or a person's word, can help. */
const idlePatienceMax = 64
/** How often a ballot that some refuse is repeated to those that do not answer, before another one is tried. */
const triesMax = 3

/**
 * The undertakings of a custodian, at most one per task: the stage of each, its messages (`proposal-messages.ts`), and when to
 * repeat them or to try anew. `Proposer` and its parts drive them.
 */
export class Undertakings {
  readonly #config: CustodyConfig
  readonly #self: PeerId
  readonly #book: TaskBook
  readonly #mesh: MeshView
  readonly #proposals = new Map<TaskId, Proposal>()
  /** when to repeat what was not answered */
  readonly due = new Deadlines<TaskId>()
  /** when to look at a task that is not undertaken: by rank after its lease, or for another try */
  readonly turns = new Deadlines<TaskId>()
  /** per task the highest ballot that a custodian refused for: the next try goes above it */
  readonly #seen = new Map<TaskId, Ballot>()

  constructor(config: CustodyConfig, { self, book, mesh }: { self: PeerId; book: TaskBook; mesh: MeshView }) {
    this.#config = config
    this.#self = self
    this.#book = book
    this.#mesh = mesh
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

  /**
   * Begins an undertaking. To run the task, it asks about the lease first; to close it, it prepares at once, unless a person gave
   * up what removed custodians knew: then others are asked first whether they keep the task.
   */
  begin(entry: Entry, aim: Proposal['aim'], code: string, now: Millis): Proposal {
    const lastBearers = new LastBearers()
    if (this.#book.leaseLeftMs(entry, now) > 0) lastBearers.add(lastBearerOf(entry))
    const proposal: Proposal = {
      record: entry.record,
      aim,
      stage: aim === 'run' || entry.word ? 'asking' : 'preparing',
      code,
      ballot: entry.promised,
      lastBearers,
      stoppedByMs: Infinity,
      sinceMs: now,
      answers: new Set(),
      over: new Set(),
      refusals: new Set(),
      elsewhere: new Set(),
      others: new Map(),
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

  /** Changes the stage. All answers were to the stage before, or to the ballot before. */
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

  /** The undertaking that a message answers; a version below 0 fits any. */
  under({ task, version, ballot }: Vote, stage?: Stage): Proposal | undefined {
    const proposal = this.#proposals.get(task)
    if (!proposal || (stage && proposal.stage !== stage)) return undefined
    if (version >= 0 && proposal.record.version !== version) return undefined
    return compareBallots(proposal.ballot, ballot) === 0 ? proposal : undefined
  }

  /** Whether a majority has answered; or, if a person gave up what removed custodians knew, all that are left. */
  haveTheSay(answers: ReadonlySet<PeerId>, proposal: Proposal): boolean {
    const { custodians } = proposal.record
    if (answers.size >= majority(custodians.length)) return true
    return this.#wordOn(proposal) && areAllLeft(answers, custodians, this.removed)
  }

  /** Whether a person's word stands about this version of the task. */
  #wordOn({ record }: Proposal): boolean {
    const entry = this.#book.archive.get(record.id)
    return entry?.word !== undefined && entry.record.version === record.version
  }

  /**
   * Whether this peer has asked enough to prepare: those that have the say; and to carry out a person's word all other keepers
   * that can be reached, some of which may keep the task (each a few times, if it does not answer).
   */
  hasAsked(proposal: Proposal): boolean {
    if (!this.haveTheSay(proposal.answers, proposal)) return false
    if (proposal.aim === 'run' || !this.#wordOn(proposal)) return true
    if (!isUnendable(proposal.record.custodians, this.removed)) return true
    // Just started, this peer does not know yet whom it can reach.
    if (!this.#mesh.heardFromMajority) return false
    const others = otherKeepers(proposal.record, this.#mesh)
    return others.every((peer) => (proposal.others.get(peer) ?? 0) > triesMax)
  }

  /** A message of a keeper beyond the set that was asked who keeps the task; it is believed. */
  wasAsked(task: TaskId, peer: PeerId): boolean {
    return this.#proposals.get(task)?.others.has(peer) === true
  }

  readonly removed = (peer: PeerId): boolean => this.#mesh.removed(peer)

  /** A new ballot of this peer, above all that are known to be promised. */
  ballotFor(entry: Entry): Ballot {
    const seen = this.#seen.get(entry.record.id)
    return this.#book.ballotAfter(seen && compareBallots(seen, entry.promised) > 0 ? seen : entry.promised)
  }

  /** Sends the messages of the present stage to all that have not answered, and sets when to repeat them. */
  say(proposal: Proposal, now: Millis, out: CustodianEffect[]): void {
    const entry = this.#book.archive.get(proposal.record.id)
    for (const { to, message } of messagesOf(proposal, entry)) out.push({ type: 'send', to, message })
    const asksOthers =
      (proposal.stage === 'asking' || proposal.stage === 'preparing') &&
      isUnendable(proposal.record.custodians, this.removed)
    if (asksOthers) this.#askOthers(proposal, out)
    const longest = asksOthers && !entry?.word ? idlePatienceMax : patienceMax
    const patience = Math.min(2 ** Math.max(0, proposal.tries - 2), longest)
    proposal.tries++
    let dueMs = now + this.#config.proposeMs * patience
    if (proposal.stage === 'stopping') dueMs = Math.min(dueMs, proposal.stoppedByMs)
    this.due.set(proposal.record.id, dueMs)
  }

  /**
   * Most custodians of the set were removed. This one may have been away while the others moved the task on: whoever keeps it
   * now, or knows of a later set, answers so, and the task is followed there. A few at a time, but for a person's word all.
   */
  #askOthers(proposal: Proposal, out: CustodianEffect[]): void {
    const { record, others, tries } = proposal
    const round = this.#wordOn(proposal) ? undefined : tries
    for (const to of otherKeepers(record, this.#mesh, round)) {
      others.set(to, (others.get(to) ?? 0) + 1)
      out.push({ type: 'send', to, message: { t: 'leaseAsk', ...voteOf(proposal, proposal.ballot) } })
    }
  }

  /** Notes a refusal. One stops nothing; once a majority is out of reach, a higher ballot is tried at `againMs`. */
  refused(proposal: Proposal, from: PeerId, promised: Ballot, againMs: Millis): void {
    const { record, refusals } = proposal
    refusals.add(from)
    const seen = this.#seen.get(record.id)
    if (!seen || compareBallots(promised, seen) > 0) this.#seen.set(record.id, promised)
    const { length } = record.custodians
    if (length - refusals.size >= majority(length)) return
    this.retry(proposal, againMs)
  }

  /** Whether some refuse and the rest stay silent, for so long that this ballot is given up for a higher one. */
  isStuck({ refusals, tries }: Proposal): boolean {
    return refusals.size > 0 && tries > triesMax
  }

  /**
   * Whether this custodian has promised a higher ballot since: its proposer recovers the task. This undertaking must then end,
   * even if a majority promises its ballot yet, since the higher one was granted without waiting for a lease of it.
   */
  isOvertaken({ stage, aim, record, ballot }: Proposal, entry: Entry): boolean {
    if (stage !== 'preparing' || aim !== 'run') return false
    return entry.record.version !== record.version || compareBallots(entry.promised, ballot) > 0
  }

  /** Ends the undertaking for now, and looks at the task again at that time. */
  retry(proposal: Proposal, atMs: Millis): void {
    this.end(proposal.record.id)
    this.turns.set(proposal.record.id, atMs)
  }

  /** When to try again: each rank at a time of its own, so that one of them gets through. */
  nextTry({ record }: Proposal, now: Millis): Millis {
    return now + (record.custodians.indexOf(this.#self) + 1) * this.#config.staggerMs
  }

  end(task: TaskId): void {
    const proposal = this.#proposals.get(task)
    if (!proposal) return
    this.#proposals.delete(task)
    this.due.delete(task)
    // A lease that ended during the undertaking was passed over: unless another runs, the task has to be looked at again.
    if (this.#book.leases.get(task) === undefined) this.turns.set(task, this.nextTry(proposal, proposal.sinceMs))
  }

  /** The task is over here, or forgotten: nothing is undertaken for it any more. */
  forget(task: TaskId): void {
    this.end(task)
    this.turns.delete(task)
    this.#seen.delete(task)
  }
}
