import type { Millis } from '@souk/kernel'
import type { Ballot, Bearer, MessageOf, PeerId, TaskId } from '@souk/wire'
import type { Closings } from './closings.ts'
import type { CustodyConfig } from './config.ts'
import type { CustodianEffect } from './custodian-io.ts'
import { decideNext } from './decide-next.ts'
import type { Entry } from './entry.ts'
import { NextVersions } from './next-versions.ts'
import { Preparations } from './preparations.ts'
import type { Proposal } from './proposal.ts'
import { ProposerEndings } from './proposer-endings.ts'
import type { Standing } from './quorum.ts'
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
 * What a custodian undertakes for a task that lost its bearer, or that is to end: it asks, prepares (`preparations.ts`),
 * and then bears it or commits (`proposer-endings.ts`). One undertaking a task at a time; of two custodians that
 * undertake the same, ballots decide.
 */
export class Proposer {
  readonly #config: CustodyConfig
  readonly #self: PeerId
  readonly #book: TaskBook
  readonly #undertakings: Undertakings
  readonly #nextVersions: NextVersions
  readonly #endings: ProposerEndings
  readonly #preparations: Preparations
  readonly #mesh: MeshView

  constructor(config: CustodyConfig, { self, book, closings, mesh }: ProposerParts) {
    this.#config = config
    this.#mesh = mesh
    this.#self = self
    this.#book = book
    const undertakings = new Undertakings(config, { self, book, mesh })
    this.#undertakings = undertakings
    this.#nextVersions = new NextVersions(self, book, closings, undertakings)
    this.#endings = new ProposerEndings(config, { book, undertakings, nextVersions: this.#nextVersions })
    this.#preparations = new Preparations(config, { book, mesh, undertakings, endings: this.#endings })
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
    // Of those that can be reached: a custodian that died with the bearer keeps nobody waiting.
    const living = entry.record.custodians.filter((peer) => peer === this.#self || this.#mesh.fresh(peer))
    const inTurn = [
      ...living.filter((peer) => !this.#mesh.drains(peer)),
      ...living.filter((peer) => this.#mesh.drains(peer)),
    ]
    const rank = Math.max(0, inTurn.indexOf(this.#self))
    if (this.#undertakings.has(entry.record.id)) return
    if (rank === 0) this.#turn(entry.record.id, now, out)
    else this.#undertakings.turns.set(entry.record.id, now + rank * this.#config.staggerMs)
  }

  /** It is to end: whoever bears it is fenced first. */
  close(entry: Entry, now: Millis, out: Out): void {
    const known = this.#undertakings.get(entry.record.id)
    if (known && (known.aim === 'close' || known.stage === 'committing' || known.stage === 'storing')) return
    this.#preparations.prepare(
      this.#undertakings.begin(entry, 'close', entry.ending?.kind ?? 'closed', now),
      entry,
      now,
      out,
    )
  }

  /** Those that are left of its custodians are to end it: what waited for the others begins anew. */
  giveUp(entry: Entry, now: Millis, out: Out): void {
    if (this.#undertakings.get(entry.record.id)?.stage !== 'storing') this.#undertakings.end(entry.record.id)
    this.close(entry, now, out)
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
        this.#preparations.onPromise(from, message, now, out)
        break
      case 'refuse':
        this.#preparations.onRefuse(from, message, now)
        break
      case 'committed':
        this.#endings.onCommitted(from, message, now, out)
        break
      case 'lacking':
        this.#endings.onLacking(from, message, out)
        break
      case 'fenced':
        this.#endings.onFenced(from, message, now)
        break
      case 'stored':
        this.#onNext(message.task, this.#nextVersions.onStored(from, message, out), now, out)
        break
      case 'already':
        this.#onNext(message.task, this.#nextVersions.onStored(from, message, out), now, out)
        this.#nextVersions.onElsewhere(from, message, now, out)
        break
      case 'stopped':
        this.#endings.onStopped(life, message, now, out)
        break
      case 'bounce':
        this.#endings.onBounce(from, message, now, out)
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
    const proposal = this.#undertakings.begin(entry, 'run', code, now)
    // What its bearer gave up says so already: that one has not vanished.
    if (!entry.released) this.#book.note(entry, 'lease ended', entry.bearer.peer, now)
    this.#ask(proposal, entry, now, out)
  }

  // ---- asking

  #ask(proposal: Proposal, entry: Entry, now: Millis, out: Out): void {
    proposal.answers.add(this.#self)
    if (this.#undertakings.haveTheSay(proposal.answers, proposal)) {
      this.#preparations.prepare(proposal, entry, now, out)
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
    if (this.#undertakings.haveTheSay(proposal.answers, proposal)) this.#preparations.prepare(proposal, entry, now, out)
  }

  // ---- what others make of it

  /** What was to be stopped has stopped, as its bearer says. */
  onStopped(from: Bearer, message: { task: TaskId; ballot: Ballot }, now: Millis, out: Out): void {
    this.#endings.onStopped(from, message, now, out)
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
    const next = decideNext(record.spec, entry.attempts, proposal.begun || entry.begun)
    const over = next.choice !== 'again'
    if ((entry.ending || over) && record.custodians.includes(this.#self)) this.close(entry, now, out)
    // Where this peer is none of them they see to its end, once its lease is over.
    else if (!over) this.#preparations.bear(proposal, entry, ballot, now, out)
  }

  /** The task is over here. */
  forget(task: TaskId): void {
    this.#undertakings.forget(task)
  }

  // ---- saying it again

  #again(proposal: Proposal, now: Millis, out: Out): void {
    const entry = this.#book.archive.get(proposal.record.id)
    const other = entry && entry.record.version !== proposal.record.version && proposal.stage !== 'storing'
    if (!entry || other || (entry.phase !== 'open' && entry.phase !== 'storing' && proposal.stage !== 'storing')) {
      this.#undertakings.end(proposal.record.id)
      return
    }
    const heardOf = proposal.stage === 'asking' && this.#book.leaseLeftMs(entry, now) > 0
    if (heardOf || this.#undertakings.isOvertaken(proposal, entry)) {
      this.#undertakings.end(proposal.record.id)
      return
    }
    if (this.#undertakings.isStuck(proposal)) {
      this.#undertakings.retry(proposal, this.#undertakings.nextTry(proposal, now))
      return
    }
    // Its bearer has stopped by itself by now, wherever it is.
    if (proposal.stage === 'stopping' && now >= proposal.stoppedByMs) this.#endings.commitEnd(proposal, entry, now, out)
    else this.#undertakings.say(proposal, now, out)
  }
}
