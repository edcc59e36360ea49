import type { Millis } from '@souk/kernel'
import { compareBallots, type MessageOf, majority, type PeerId, type TaskRecord } from '@souk/wire'
import type { Closings } from './closings.ts'
import type { CustodianEffect, CustodianSays } from './custodian-io.ts'
import { forgetNeedlessWord } from './needless-word.ts'
import { givenUp, type Proposal, type Vote, voteOf } from './proposal.ts'
import { areAllLeft, type Standing, standingOf } from './quorum.ts'
import type { TaskBook } from './task-book.ts'
import type { Undertakings } from './undertakings.ts'
import { succeed, versionNumber } from './version.ts'

type Out = CustodianEffect[]

/**
 * A proposer's part in a task's next version, where the bearer that proposed the set did not live to store it: the next
 * custodians get the record, and those of the version before learn where the task went. Also finds out which set keeps a task
 * that two submits of a key gave to different custodians (`onElsewhere`). `Proposer` calls it.
 */
export class NextVersions {
  readonly #self: PeerId
  readonly #book: TaskBook
  readonly #closings: Closings
  readonly #undertakings: Undertakings

  constructor(self: PeerId, book: TaskBook, closings: Closings, undertakings: Undertakings) {
    this.#self = self
    this.#book = book
    this.#closings = closings
    this.#undertakings = undertakings
  }

  /** A later version stands, of which this peer learns late. As one of its custodians it stores the record there, too. */
  onMoved({ task, version, custodians }: MessageOf<'moved'>, now: Millis, out: Out): void {
    const proposal = this.#undertakings.get(task)
    if (!proposal || proposal.stage === 'storing') return
    if (versionNumber(proposal.record.version) >= versionNumber(version)) return
    // Where this peer only points to them, a person who gave the task up is sent there.
    if (!custodians.includes(this.#self)) this.#undertakings.forget(task)
    else this.#join(proposal, { ...proposal.record, version, custodians }, now, out)
  }

  /** Another proposer's decree was chosen: these are the next custodians. */
  onChosen(proposal: Proposal, custodians: PeerId[], now: Millis, out: Out): void {
    this.#join(proposal, succeed(proposal.record, custodians), now, out)
  }

  /**
   * Others say who keeps the task. If a person's word that it was lost was needless, what that began ends here, unless the task is
   * to end anyway: once the lease has run out, this peer asks again, and joins them like any that missed where the task went.
   */
  #join(proposal: Proposal, record: TaskRecord, now: Millis, out: Out): void {
    const entry = this.#book.archive.get(record.id)
    if (entry) forgetNeedlessWord(entry, record.custodians, this.#undertakings.removed, out)
    // It may have been forgotten before, with a record of the next version that others sent.
    const wasWord = proposal.aim === 'close' && proposal.code === givenUp
    const needless = wasWord && entry && !entry.word && !entry.ending
    if (needless) this.#undertakings.end(record.id)
    else this.store(proposal, record, now, out)
  }

  /** The next set is chosen: its custodians are sent the record, under a new ballot of this peer. */
  store(proposal: Proposal, record: TaskRecord, now: Millis, out: Out): void {
    this.#undertakings.enter(proposal, 'storing', now)
    proposal.next = {
      record,
      ballot: this.#book.ballotAfter(proposal.ballot),
      stored: new Set(),
      already: new Set(),
    }
    this.#undertakings.say(proposal, now, out)
  }

  /** A next custodian has the record, under this peer's ballot or from before; whether the version stands now. */
  onStored(from: PeerId, message: MessageOf<'stored' | 'already'>, out: Out): Standing {
    const next = this.#nextUnder(message)
    if (!next?.record.custodians.includes(from)) return 'not-yet'
    next[message.t].add(from)
    const proposal = this.#undertakings.get(message.task)!
    const standing = this.#standingOf(next, proposal.tries)
    if (standing !== 'not-yet') this.#tellMoved(proposal, next.record, out)
    return standing
  }

  /** Where most of the next set was removed, nobody can bear the task there: with all that are left of it, it is theirs. */
  #standingOf({ stored, already, record: { custodians } }: NonNullable<Proposal['next']>, tries: number): Standing {
    const known = new Set([...stored, ...already])
    if (areAllLeft(known, custodians, this.#undertakings.removed)) return 'theirs'
    return standingOf({ stored, already }, custodians.length, tries)
  }

  #tellMoved(proposal: Proposal, { id: task, version, custodians, origin }: TaskRecord, out: Out): void {
    const message: CustodianSays = { t: 'moved', task, version, custodians }
    for (const to of new Set([...proposal.record.custodians, origin])) out.push({ type: 'send', to, message })
  }

  #nextUnder({ task, version, ballot }: Vote): Proposal['next'] {
    const next = this.#undertakings.get(task)?.next
    return next?.record.version === version && compareBallots(next.ballot, ballot) === 0 ? next : undefined
  }

  /**
   * ALREADY: the sender keeps the task with another set, which another submit of the key chose. If a majority of our custodians
   * do so, nothing was or will be decided in ours. If a majority of that set does, or a closed task there proves it, that set
   * stands and ours never did. In both cases this peer points to the other set.
   */
  onElsewhere(from: PeerId, message: MessageOf<'already'>, now: Millis, out: Out): void {
    const proposal = this.#undertakings.under(message)
    const entry = this.#book.archive.get(message.task)
    if (!proposal || !entry || proposal.stage === 'storing') return
    const { version, custodians } = message.known
    const { record, elsewhere } = proposal
    if (entry.record.version !== record.version || version === entry.record.version) return
    // Asked anew with each such answer of our own custodians: those of the other set may have stored the task since.
    if (proposal.other?.version !== version || record.custodians.includes(from))
      this.#askOther(proposal, message.known, out)
    if (record.custodians.includes(from)) elsewhere.add(from)
    const { other } = proposal
    // Counter 0 is a pointer's: a custodian of that set which has not joined it yet does not keep the task.
    if (custodians.includes(from) && message.promised.counter > 0) other!.keep.add(from)
    if (elsewhere.has(from) && custodians.includes(this.#self)) proposal.joinable = message.known
    const { length } = record.custodians
    const ourNever = length - elsewhere.size < majority(length)
    const stands = message.known.stands || other!.keep.size >= majority(custodians.length)
    if (!ourNever && !stands) return
    // Of several sets none may stand yet, each for want of custodians of another: this peer chooses one that it can join.
    const chosen = stands ? message.known : (proposal.joinable ?? message.known)
    this.#undertakings.forget(message.task)
    this.#closings.pointTo(entry, chosen.version, chosen.custodians, now, out)
  }

  /** Asks custodians of the other set that are not of ours; ours are asked by the undertaking itself. */
  #askOther(proposal: Proposal, known: { version: number; custodians: PeerId[] }, out: Out): void {
    if (proposal.other?.version !== known.version) proposal.other = { version: known.version, keep: new Set() }
    const { keep } = proposal.other
    const { custodians } = proposal.record
    const message: CustodianSays = { t: 'leaseAsk', ...voteOf(proposal, proposal.ballot) }
    for (const to of known.custodians) {
      if (to !== this.#self && !custodians.includes(to) && !keep.has(to)) out.push({ type: 'send', to, message })
    }
  }
}
