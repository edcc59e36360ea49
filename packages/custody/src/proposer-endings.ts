import { invariant, type Millis } from '@souk/kernel'
import type { Ballot, Bearer, Decree, MessageOf, PeerId, TaskId } from '@souk/wire'
import type { CustodyConfig } from './config.ts'
import type { CustodianEffect, CustodianSays } from './custodian-io.ts'
import type { Next } from './decide-next.ts'
import type { Entry } from './entry.ts'
import type { NextVersions } from './next-versions.ts'
import { givenUp, type Proposal, voteOf } from './proposal.ts'
import { commitOf } from './proposal-messages.ts'
import type { TaskBook } from './task-book.ts'
import type { Undertakings } from './undertakings.ts'
import { succeed } from './version.ts'

type Out = CustodianEffect[]

interface ProposerEndingsParts {
  book: TaskBook
  undertakings: Undertakings
  nextVersions: NextVersions
}

/**
 * How an undertaking ends in a decree: the last bearers are stopped first, where they may run yet, then the decree is
 * proposed until it is chosen. `Preparations` begins it, `Proposer` brings the answers.
 */
export class ProposerEndings {
  readonly #config: CustodyConfig
  readonly #book: TaskBook
  readonly #undertakings: Undertakings
  readonly #nextVersions: NextVersions

  constructor(config: CustodyConfig, { book, undertakings, nextVersions }: ProposerEndingsParts) {
    this.#config = config
    this.#book = book
    this.#undertakings = undertakings
    this.#nextVersions = nextVersions
  }

  // ---- stopping whoever bears it

  /** The task may run yet: the last bearers are fenced, and waited for. */
  stop(proposal: Proposal, entry: Entry, now: Millis, out: Out): void {
    const { leaseMs, graceMs } = this.#config
    this.#undertakings.enter(proposal, 'stopping', now)
    // A majority has promised, so no lease is confirmed from now on: a whole one later, they have stopped by themselves.
    proposal.stoppedByMs = now + leaseMs + graceMs
    const peers = proposal.lastBearers.left.map(({ bearer }) => bearer.peer)
    this.#book.note(entry, 'stopping', peers.join(', '), now)
    this.#undertakings.say(proposal, now, out)
  }

  /** A last bearer says that it has stopped. It may have done so before it was told to. */
  onStopped(from: Bearer, message: { task: TaskId; ballot: Ballot }, now: Millis, out: Out): void {
    const proposal = this.#undertakings.get(message.task)
    const entry = this.#book.archive.get(message.task)
    // A later version came meanwhile, which its own undertakings see to.
    if (!proposal || !entry || entry.record.version !== proposal.record.version) return
    proposal.lastBearers.onStopped(from, message.ballot)
    if (proposal.stage === 'stopping' && proposal.lastBearers.haveStopped) this.commitEnd(proposal, entry, now, out)
  }

  /** The fenced peer had passed the baton on: the fence goes after it. */
  onBounce(from: PeerId, message: MessageOf<'bounce'>, now: Millis, out: Out): void {
    const proposal = this.#undertakings.get(message.task)
    if (proposal?.stage !== 'stopping') return
    if (proposal.lastBearers.onPassedOn(from, message.ballot, message.to)) this.#undertakings.say(proposal, now, out)
  }

  // ---- committing

  /** Nothing runs any more: proposes what was accepted before, or else the ending (cancelled, expired). */
  commitEnd(proposal: Proposal, entry: Entry, now: Millis, out: Out): void {
    const { best } = proposal
    if (best && !(entry.word && this.#leadsNowhere(best.decree))) this.commit(proposal, best.decree, now, out)
    else this.#commitEnding(proposal, entry, now, out)
  }

  /** Nobody is left of the next custodians: what they knew was given up, too, and nobody else can end the task. */
  #leadsNowhere(decree: Decree): boolean {
    return decree.kind === 'next' && decree.custodians.every(this.#undertakings.removed)
  }

  #commitEnding(proposal: Proposal, entry: Entry, now: Millis, out: Out): void {
    const { word, ending } = entry
    // A person's word, also where its time was to end it: with the reason that they gave.
    if (word) {
      this.commit(proposal, this.#outcome(proposal, entry, 'cancelled', givenUp, word.reason, now), now, out)
      return
    }
    invariant(ending, `nothing says how task ${entry.record.id} ends`)
    this.commit(proposal, this.#outcome(proposal, entry, ending.kind, ending.kind, ending.reason, now), now, out)
  }

  /** Proposes the decree until it is chosen. A majority has promised the ballot, so no lower one can be chosen any more. */
  commit(proposal: Proposal, decree: Decree, now: Millis, out: Out): void {
    this.#undertakings.enter(proposal, 'committing', now)
    proposal.decree = decree
    this.#undertakings.say(proposal, now, out)
  }

  /** No further run is allowed: proposes `lost` or `quarantined` as outcome. */
  commitFailure(
    proposal: Proposal,
    entry: Entry,
    next: Exclude<Next, { choice: 'again' }>,
    now: Millis,
    out: Out,
  ): void {
    const kind = next.choice === 'lose' ? 'lost' : 'quarantined'
    this.commit(proposal, this.#outcome(proposal, entry, kind, next.code, next.reason, now), now, out)
  }

  #outcome(
    { ballot }: Proposal,
    { attempts }: Entry,
    kind: 'cancelled' | 'expired' | 'lost' | 'quarantined',
    code: string,
    message: string,
    now: Millis,
  ): Decree {
    const endedWallMs = this.#book.wall(now)
    return { kind: 'outcome', outcome: { kind, code, message, ballot, attempts: [...attempts], endedWallMs } }
  }

  /** A custodian accepted. With a majority the decree is chosen: all are told, or the next version is stored. */
  onCommitted(from: PeerId, message: MessageOf<'committed'>, now: Millis, out: Out): void {
    const proposal = this.#undertakings.under(message, 'committing')
    if (!proposal?.record.custodians.includes(from)) return
    proposal.answers.add(from)
    if (!this.#undertakings.haveTheSay(proposal.answers, proposal)) return
    const { decree, ballot, record } = proposal
    if (decree!.kind === 'next') {
      this.#nextVersions.store(proposal, succeed(record, decree!.custodians), now, out)
      return
    }
    this.#undertakings.end(record.id)
    const chosen: CustodianSays = { t: 'chosen', ...voteOf(proposal, ballot), decree: decree! }
    for (const to of new Set([...record.custodians, record.origin])) out.push({ type: 'send', to, message: chosen })
  }

  onFenced(from: PeerId, message: MessageOf<'fenced'>, now: Millis): void {
    const proposal = this.#undertakings.under({ ...message, version: -1 }, 'committing')
    if (proposal?.record.custodians.includes(from))
      this.#undertakings.refused(proposal, from, message.promised, this.#undertakings.nextTry(proposal, now))
  }

  onLacking(from: PeerId, message: MessageOf<'lacking'>, out: Out): void {
    const proposal = this.#undertakings.under(message, 'committing')
    if (proposal?.record.custodians.includes(from)) out.push({ type: 'send', to: from, message: commitOf(proposal) })
  }
}
