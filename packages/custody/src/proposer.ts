import type { Millis } from '@souk/kernel'
import {
  type Ballot,
  type Bearer,
  compareBallots,
  type Decree,
  type MessageOf,
  type PeerId,
  type TaskId,
} from '@souk/wire'
import type { Closings } from './closings.ts'
import type { CustodyConfig } from './config.ts'
import type { CustodianEffect, CustodianSays } from './custodian-io.ts'
import { decideNext } from './decide-next.ts'
import { type Entry, mergeAttempts } from './entry.ts'
import { NextVersions, type Standing } from './next-versions.ts'
import { type Proposal, voteOf } from './proposal.ts'
import { commitOf } from './proposal-messages.ts'
import type { TaskBook } from './task-book.ts'
import { Undertakings } from './undertakings.ts'
import { succeed } from './version.ts'
import type { MeshView } from './views.ts'

type Out = CustodianEffect[]
type ProposerMessage = MessageOf<
  | 'leaseTold'
  | 'promise'
  | 'refuse'
  | 'committed'
  | 'lacking'
  | 'fenced'
  | 'stored'
  | 'already'
  | 'unstored'
  | 'stopped'
  | 'bounce'
>
interface ProposerParts {
  self: PeerId
  book: TaskBook
  closings: Closings
  mesh: MeshView
}

/**
 * What a custodian undertakes for a task that lost its bearer, or that is to end: it asks, prepares, and then bears
 * it or commits. One undertaking a task at a time; of two custodians that undertake the same, ballots decide.
 */
export class Proposer {
  readonly #config: CustodyConfig
  readonly #self: PeerId
  readonly #book: TaskBook
  readonly #mesh: MeshView
  readonly #undertakings: Undertakings
  readonly #nextVersions: NextVersions

  constructor(config: CustodyConfig, { self, book, closings, mesh }: ProposerParts) {
    this.#mesh = mesh
    this.#config = config
    this.#self = self
    this.#book = book
    this.#undertakings = new Undertakings(config, self, book)
    this.#nextVersions = new NextVersions(self, book, closings, this.#undertakings)
  }

  get size(): number {
    return this.#undertakings.size
  }

  nextWakeup(): Millis | undefined {
    return this.#undertakings.nextWakeup()
  }

  onWake(now: Millis, out: Out): void {
    for (
      let task = this.#undertakings.turns.popDue(now);
      task !== undefined;
      task = this.#undertakings.turns.popDue(now)
    )
      this.#turn(task, now, out)
    for (let task = this.#undertakings.due.popDue(now); task !== undefined; task = this.#undertakings.due.popDue(now)) {
      const proposal = this.#undertakings.get(task)
      if (proposal) this.#again(proposal, now, out)
    }
  }

  // ---- beginnings

  /** Its lease has run out here, grace included: this custodian's turn comes by its rank. */
  onLeaseEnded(entry: Entry, now: Millis, out: Out): void {
    const rank = Math.max(0, entry.record.custodians.indexOf(this.#self))
    if (this.#undertakings.has(entry.record.id)) return
    if (rank === 0) this.#turn(entry.record.id, now, out)
    else this.#undertakings.turns.set(entry.record.id, now + rank * this.#config.staggerMs)
  }

  /** It is to end: whoever bears it is fenced first. */
  close(entry: Entry, now: Millis, out: Out): void {
    const known = this.#undertakings.get(entry.record.id)
    if (known && (known.aim === 'close' || known.stage === 'committing' || known.stage === 'storing')) return
    this.#prepare(this.#undertakings.begin(entry, 'close', entry.ending?.kind ?? 'closed'), entry, now, out)
  }

  /** Its turn comes at that time, unless it is over by then. */
  later(task: TaskId, atMs: Millis): void {
    if (!this.#undertakings.has(task)) this.#undertakings.turns.set(task, atMs)
  }

  /** An answer to what this peer undertakes. */
  onMessage(life: Bearer, message: ProposerMessage, now: Millis, out: Out): void {
    const from = life.peer
    switch (message.t) {
      case 'leaseTold':
        this.#onLeaseTold(from, message, now, out)
        break
      case 'promise':
        this.#onPromise(from, message, now, out)
        break
      case 'refuse':
        this.#onRefuse(from, message, now)
        break
      case 'committed':
        this.#onCommitted(from, message, now, out)
        break
      case 'lacking':
        this.#onLacking(from, message, out)
        break
      case 'fenced':
        this.#onFenced(from, message, now)
        break
      case 'stored':
        this.#onNext(message.task, this.#nextVersions.onStored(from, message, out), now, out)
        break
      case 'already':
        this.#onNext(message.task, this.#nextVersions.onStored(from, message, out), now, out)
        this.#nextVersions.onElsewhere(from, message, now, out)
        break
      case 'stopped':
        this.onStopped(life, message, now, out)
        break
      case 'bounce':
        this.#onBounce(from, message, now, out)
        break
      case 'unstored':
        // Without room there it is said again by and by: a majority of the others is enough.
        break
    }
  }

  #turn(task: TaskId, now: Millis, out: Out): void {
    const entry = this.#book.archive.get(task)
    if (!entry || this.#undertakings.has(task)) return
    if (entry.phase !== 'open' && entry.phase !== 'storing') return
    if (entry.ending) {
      this.close(entry, now, out)
      return
    }
    const leftMs = this.#book.leaseLeftMs(entry, now)
    if (leftMs > 0) return
    const code = entry.released ? 'given-up' : 'vanished'
    const proposal = this.#undertakings.begin(entry, 'run', code)
    this.#book.note(entry, 'lease ended', entry.bearer.peer, now)
    this.#ask(proposal, entry, now, out)
  }

  // ---- asking

  #ask(proposal: Proposal, entry: Entry, now: Millis, out: Out): void {
    proposal.answers.add(this.#self)
    if (this.#undertakings.hasMajority(proposal.answers, proposal)) {
      this.#prepare(proposal, entry, now, out)
      return
    }
    this.#undertakings.say(proposal, now, out)
  }

  #onLeaseTold(from: PeerId, message: MessageOf<'leaseTold'>, now: Millis, out: Out): void {
    const proposal = this.#undertakings.under(message, 'asking')
    const entry = this.#book.archive.get(message.task)
    if (!proposal || !entry || !proposal.record.custodians.includes(from)) return
    // It was heard of here meanwhile.
    if (this.#book.leaseLeftMs(entry, now) > 0) {
      this.#undertakings.end(message.task)
      return
    }
    if (message.leftMs > 0) {
      this.#undertakings.due.set(message.task, now + Math.min(message.leftMs, this.#config.proposeMs) + 1)
      return
    }
    proposal.answers.add(from)
    if (this.#undertakings.hasMajority(proposal.answers, proposal)) this.#prepare(proposal, entry, now, out)
  }

  // ---- preparing

  #prepare(proposal: Proposal, entry: Entry, now: Millis, out: Out): void {
    if (proposal.aim === 'run') this.#countVanished(entry)
    this.#undertakings.enter(proposal, 'preparing')
    proposal.ballot = this.#undertakings.ballotFor(entry)
    this.#undertakings.say(proposal, now, out)
  }

  /** Whoever bore it is gone without a word, and may have run it. */
  #countVanished(entry: Entry): void {
    const { released, heard, bearerState, bearer, keptIn } = entry
    if (released || entry.accepted) return
    if (keptIn === undefined && heard && bearerState === 'waiting') return
    // After a restart nobody knows whether it was waiting: a bearer that was not heard of is not held against the task.
    if (keptIn === undefined && !heard && entry.timeline.length === 0) return
    const already = entry.attempts.some(({ ballot }) => compareBallots(ballot, entry.borneUnder) === 0)
    if (already) return
    const code = this.#mesh.lives(bearer) ? 'cut-off' : 'vanished'
    this.#book.failed(entry, bearer.peer, code, 'its bearer was not heard from for a whole lease')
  }

  #onPromise(from: PeerId, message: MessageOf<'promise'>, now: Millis, out: Out): void {
    const proposal = this.#undertakings.under(message, 'preparing')
    const entry = this.#book.archive.get(message.task)
    if (!proposal || !entry || !proposal.record.custodians.includes(from)) return
    const { accepted } = message
    proposal.answers.add(from)
    // The highest: a lower one cannot have been chosen.
    if (accepted && (!proposal.best || compareBallots(accepted.ballot, proposal.best.ballot) > 0))
      proposal.best = accepted
    proposal.begun ||= message.begun
    if (message.leftMs === 0) proposal.over.add(from)
    if (message.borne) noteBearer(proposal, message.borne)
    entry.attempts = mergeAttempts(entry.attempts, message.attempts)
    entry.ending ??= message.ending
    if (this.#undertakings.hasMajority(proposal.answers, proposal)) this.#onPromised(proposal, entry, now, out)
  }

  /** A majority hears no lower ballot any more: what is to become of the task? */
  #onPromised(proposal: Proposal, entry: Entry, now: Millis, out: Out): void {
    if (proposal.best) {
      this.#commit(proposal, proposal.best.decree, now, out)
      return
    }
    if (entry.ending) {
      const over = this.#undertakings.hasMajority(proposal.over, proposal) || now >= proposal.stoppedByMs
      if (over) this.#commitEnding(proposal, entry, now, out)
      else this.#stop(proposal, entry, now, out)
      return
    }
    const next = decideNext(entry.record.spec, entry.attempts, proposal.begun)
    if (next.choice !== 'again') {
      const kind = next.choice === 'lose' ? 'lost' : 'quarantined'
      this.#commit(proposal, this.#outcome(proposal, entry, kind, next.code, next.reason, now), now, out)
      return
    }
    this.#bear(proposal, entry, proposal.ballot, out)
  }

  #bear(proposal: Proposal, entry: Entry, ballot: Ballot, out: Out): void {
    const task = proposal.record.id
    const record = proposal.next?.record ?? proposal.record
    this.#undertakings.end(task)
    out.push({ type: 'recovered', task, ballot, code: proposal.code })
    out.push({ type: 'bear', record, ballot, attempts: [...entry.attempts], durable: true })
  }

  // ---- stopping whoever bears it

  #stop(proposal: Proposal, entry: Entry, now: Millis, out: Out): void {
    const { leaseMs, graceMs } = this.#config
    this.#undertakings.enter(proposal, 'stopping')
    // From now on a majority confirms no lease any more: it stops by itself at the latest then.
    proposal.stoppedByMs = now + leaseMs + graceMs
    this.#book.note(entry, 'stopping', proposal.bearer.peer, now)
    this.#undertakings.say(proposal, now, out)
  }

  /** Only the word of whoever has it counts: a host that passed it on has nothing to stop. */
  onStopped(from: Bearer, message: { task: TaskId; ballot: Ballot }, now: Millis, out: Out): void {
    const proposal = this.#undertakings.get(message.task)
    const entry = this.#book.archive.get(message.task)
    if (!proposal || !entry || proposal.bearer.peer !== from.peer) return
    // A life that began later does not know whom the one before passed it on to.
    if (!proposal.runs && proposal.bearer.incarnation !== from.incarnation) return
    if (compareBallots(message.ballot, proposal.fenced) < 0) return
    if (proposal.stage === 'stopping') this.#commitEnding(proposal, entry, now, out)
    // It ended by itself before it was told to.
    else proposal.stoppedByMs = now
  }

  /** It went on before the fence came: that goes after it. */
  #onBounce(from: PeerId, message: MessageOf<'bounce'>, now: Millis, out: Out): void {
    const proposal = this.#undertakings.get(message.task)
    if (proposal?.stage !== 'stopping' || proposal.bearer.peer !== from) return
    proposal.bearer = message.to
    proposal.runs = false
    this.#undertakings.say(proposal, now, out)
  }

  #commitEnding(proposal: Proposal, entry: Entry, now: Millis, out: Out): void {
    const { kind, reason } = entry.ending!
    const code = kind === 'cancelled' ? 'cancelled' : 'expired'
    this.#commit(proposal, this.#outcome(proposal, entry, kind, code, reason, now), now, out)
  }

  // ---- committing

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

  #commit(proposal: Proposal, decree: Decree, now: Millis, out: Out): void {
    this.#undertakings.enter(proposal, 'committing')
    proposal.decree = decree
    this.#undertakings.say(proposal, now, out)
  }

  #onCommitted(from: PeerId, message: MessageOf<'committed'>, now: Millis, out: Out): void {
    const proposal = this.#undertakings.under(message, 'committing')
    if (!proposal?.record.custodians.includes(from)) return
    proposal.answers.add(from)
    if (!this.#undertakings.hasMajority(proposal.answers, proposal)) return
    const { decree, ballot, record } = proposal
    if (decree!.kind === 'next') {
      this.#nextVersions.store(proposal, succeed(record, decree!.custodians), now, out)
      return
    }
    this.#undertakings.end(record.id)
    const chosen: CustodianSays = { t: 'chosen', ...voteOf(proposal, ballot), decree: decree! }
    for (const to of new Set([...record.custodians, record.origin])) out.push({ type: 'send', to, message: chosen })
  }

  /** Its decree was chosen by another: this undertaking is over, or goes on in the next version. */
  onChosen(message: MessageOf<'chosen'>, now: Millis, out: Out): void {
    const proposal = this.#undertakings.get(message.task)
    if (!proposal || proposal.record.version !== message.version || proposal.stage === 'storing') return
    const { decree } = message
    if (decree?.kind === 'next')
      this.#nextVersions.store(proposal, succeed(proposal.record, decree.custodians), now, out)
    else if (decree) this.forget(message.task)
  }

  /** Another custodian is at ending it: this one takes it up where that one does not come to an end. */
  onEnding(entry: Entry, now: Millis): void {
    const { leaseMs, graceMs, staggerMs } = this.#config
    const rank = entry.record.custodians.indexOf(this.#self)
    this.later(entry.record.id, now + leaseMs + graceMs + (rank + 1) * staggerMs)
  }

  onMoved(message: MessageOf<'moved'>, now: Millis, out: Out): void {
    this.#nextVersions.onMoved(message, now, out)
  }

  /** The next version stands, or not yet. Ours: its task goes on here, or ends as it was to. */
  #onNext(task: TaskId, standing: Standing, now: Millis, out: Out): void {
    if (standing === 'not-yet') return
    const proposal = this.#undertakings.get(task)!
    const entry = this.#book.archive.get(task)
    this.#undertakings.end(task)
    if (standing === 'theirs' || !entry) return
    const { record, ballot } = proposal.next!
    if (entry.ending && record.custodians.includes(this.#self)) this.close(entry, now, out)
    else this.#bear(proposal, entry, ballot, out)
  }

  /** The task is over here. */
  forget(task: TaskId): void {
    this.#undertakings.forget(task)
  }

  // ---- refusals

  #onRefuse(from: PeerId, message: MessageOf<'refuse'>, now: Millis): void {
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

  #onFenced(from: PeerId, message: MessageOf<'fenced'>, now: Millis): void {
    const proposal = this.#undertakings.under({ ...message, version: -1 }, 'committing')
    if (proposal?.record.custodians.includes(from))
      this.#undertakings.refused(proposal, from, message.promised, this.#undertakings.nextTry(proposal, now))
  }

  #onLacking(from: PeerId, message: MessageOf<'lacking'>, out: Out): void {
    const proposal = this.#undertakings.under(message, 'committing')
    if (proposal?.record.custodians.includes(from)) out.push({ type: 'send', to: from, message: commitOf(proposal) })
  }

  // ---- saying it

  #again(proposal: Proposal, now: Millis, out: Out): void {
    const entry = this.#book.archive.get(proposal.record.id)
    const other = entry && entry.record.version !== proposal.record.version && proposal.stage !== 'storing'
    if (!entry || other || (entry.phase !== 'open' && entry.phase !== 'storing' && proposal.stage !== 'storing')) {
      this.#undertakings.end(proposal.record.id)
      return
    }
    if (proposal.stage === 'asking' && this.#book.leaseLeftMs(entry, now) > 0) {
      this.#undertakings.end(proposal.record.id)
      return
    }
    if (this.#undertakings.isStuck(proposal)) {
      this.#undertakings.retry(proposal, this.#undertakings.nextTry(proposal, now))
      return
    }
    // Its bearer has stopped by itself by now, wherever it is.
    if (proposal.stage === 'stopping' && now >= proposal.stoppedByMs) this.#commitEnding(proposal, entry, now, out)
    else this.#undertakings.say(proposal, now, out)
  }
}

/** Of the majority that promises at least one knows who bears it last: the one under the highest ballot is to be stopped. */
function noteBearer(proposal: Proposal, borne: NonNullable<MessageOf<'promise'>['borne']>): void {
  const order = compareBallots(borne.ballot, proposal.fenced)
  if (order < 0 || (order === 0 && (proposal.runs || !borne.runs))) return
  proposal.fenced = borne.ballot
  proposal.bearer = borne.bearer
  proposal.runs = borne.runs
}
