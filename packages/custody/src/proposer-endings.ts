import type { Millis } from '@souk/kernel'
import type { Ballot, Bearer, Decree, MessageOf, PeerId, TaskId } from '@souk/wire'
import type { CustodyConfig } from './config.ts'
import type { CustodianEffect, CustodianSays } from './custodian-io.ts'
import type { Next } from './decide-next.ts'
import type { Entry } from './entry.ts'
import type { NextVersions } from './next-versions.ts'
import { type Proposal, voteOf } from './proposal.ts'
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

/** How an undertaking comes to a decree: whoever bears the task is stopped, where that is needed, and then it commits. */
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

  /** It may run yet: its bearer is fenced, and waited for. */
  stop(proposal: Proposal, entry: Entry, now: Millis, out: Out): void {
    const { leaseMs, graceMs } = this.#config
    this.#undertakings.enter(proposal, 'stopping', now)
    // From now on a majority confirms no lease any more: it stops by itself at the latest then.
    proposal.stoppedByMs = now + leaseMs + graceMs
    const peers = proposal.lastBearers.left.map(({ bearer }) => bearer.peer)
    this.#book.note(entry, 'stopping', peers.join(', '), now)
    this.#undertakings.say(proposal, now, out)
  }

  /** Also before it was told to: then nobody has to tell it. */
  onStopped(from: Bearer, message: { task: TaskId; ballot: Ballot }, now: Millis, out: Out): void {
    const proposal = this.#undertakings.get(message.task)
    const entry = this.#book.archive.get(message.task)
    if (!proposal || !entry) return
    proposal.lastBearers.onStopped(from, message.ballot)
    if (proposal.stage === 'stopping' && proposal.lastBearers.haveStopped) this.commitEnd(proposal, entry, now, out)
  }

  /** It went on before the fence came: that goes after it. */
  onBounce(from: PeerId, message: MessageOf<'bounce'>, now: Millis, out: Out): void {
    const proposal = this.#undertakings.get(message.task)
    if (proposal?.stage !== 'stopping') return
    if (proposal.lastBearers.onPassedOn(from, message.ballot, message.to)) this.#undertakings.say(proposal, now, out)
  }

  // ---- committing

  /** Nothing runs any more: it ends with what was accepted before, or else as it was to. */
  commitEnd(proposal: Proposal, entry: Entry, now: Millis, out: Out): void {
    if (proposal.best) this.commit(proposal, proposal.best.decree, now, out)
    else this.#commitEnding(proposal, entry, now, out)
  }

  #commitEnding(proposal: Proposal, entry: Entry, now: Millis, out: Out): void {
    const { kind, reason } = entry.ending!
    const code = entry.givenUp ? 'given-up' : kind
    this.commit(proposal, this.#outcome(proposal, entry, kind, code, reason, now), now, out)
  }

  /** A majority hears no lower ballot any more: this is proposed until it is chosen. */
  commit(proposal: Proposal, decree: Decree, now: Millis, out: Out): void {
    this.#undertakings.enter(proposal, 'committing', now)
    proposal.decree = decree
    this.#undertakings.say(proposal, now, out)
  }

  /** It was lost, or failed too often: that is its outcome. */
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
