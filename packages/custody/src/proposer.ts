import type { Millis } from '@souk/kernel'
import type { Ballot, Bearer, MessageOf, PeerId, TaskId } from '@souk/wire'
import type { Closings } from './closings.ts'
import type { CustodyConfig } from './config.ts'
import type { CustodianEffect } from './custodian-io.ts'
import { decideNext } from './decide-next.ts'
import type { Entry } from './entry.ts'
import { forgetNeedlessWord } from './needless-word.ts'
import { NextVersions } from './next-versions.ts'
import { Preparations } from './preparations.ts'
import { givenUp, heardOf, type Proposal } from './proposal.ts'
import { ProposerEndings } from './proposer-endings.ts'
import type { Standing } from './quorum.ts'
import type { TaskBook } from './task-book.ts'
import { Undertakings } from './undertakings.ts'
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
 * A custodian as proposer: it recovers a task whose lease ran out, and ends one that is cancelled or expires. It asks whether
 * the lease has run out for the others too, prepares a ballot (`preparations.ts`), and then bears the task or commits a
 * decree (`proposer-endings.ts`). One undertaking per task at a time; between custodians, ballots decide (I4).
 * `Custodian` and its parts call it.
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

  /** The task's lease has run out here, grace included: this custodian begins after `staggerMs` for each rank before it. */
  onLeaseEnded(entry: Entry, now: Millis, out: Out): void {
    // Ranked among those that can be reached, as one that died with the bearer keeps nobody waiting; draining ones come last.
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

  /** The task is to end: prepares a ballot at once, lease or not; whoever bears the task is fenced before the outcome. */
  close(entry: Entry, now: Millis, out: Out): void {
    const known = this.#undertakings.get(entry.record.id)
    if (known && (known.aim === 'close' || known.stage === 'committing' || known.stage === 'storing')) return
    const code = entry.word ? givenUp : (entry.ending?.kind ?? 'closed')
    const proposal = this.#undertakings.begin(entry, 'close', code, now)
    if (proposal.stage === 'asking') this.#ask(proposal, entry, now, out)
    else this.#preparations.prepare(proposal, entry, now, out)
  }

  /** A person gave up what removed custodians knew: an undertaking that waited for those begins anew. */
  giveUp(entry: Entry, now: Millis, out: Out): void {
    const { next } = this.#undertakings.get(entry.record.id) ?? {}
    // What is stored by others goes on there.
    if (!next || next.record.custodians.every(this.#undertakings.removed)) this.#undertakings.end(entry.record.id)
    this.close(entry, now, out)
  }

  /** Looks at the task at that time, unless it is undertaken already. */
  later(task: TaskId, atMs: Millis): void {
    if (!this.#undertakings.has(task)) this.#undertakings.turns.set(task, atMs)
  }

  /** An answer of a custodian or bearer to an undertaking of this peer. */
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
        // A next custodian without room is asked again with the rest: a majority of the others is enough.
        break
    }
  }

  /** This custodian's turn has come: unless the task is over or heard of again, it is ended or recovered. */
  #turn(task: TaskId, now: Millis, out: Out): void {
    const entry = this.#book.archive.get(task)
    if (!entry || this.#undertakings.has(task)) return
    if (entry.phase !== 'open' && entry.phase !== 'storing') return
    if (entry.ending || entry.word) {
      this.close(entry, now, out)
      return
    }
    const leftMs = this.#book.leaseLeftMs(entry, now)
    if (leftMs > 0) return
    const code = entry.released ? 'given-up' : 'vanished'
    const proposal = this.#undertakings.begin(entry, 'run', code, now)
    // Of a baton that was given up the timeline says so already.
    if (!entry.released) this.#book.note(entry, 'lease ended', entry.bearer.peer, now)
    this.#ask(proposal, entry, now, out)
  }

  // ---- asking

  /** Asks the other custodians whether the lease has run out for them too; only with a majority's yes it prepares. */
  #ask(proposal: Proposal, entry: Entry, now: Millis, out: Out): void {
    proposal.answers.add(this.#self)
    const alone = proposal.record.custodians.length === 1
    if (!alone) this.#undertakings.say(proposal, now, out)
    if (this.#undertakings.hasAsked(proposal)) this.#preparations.prepare(proposal, entry, now, out)
  }

  #onLeaseTold(from: PeerId, message: MessageOf<'leaseTold'>, now: Millis, out: Out): void {
    const proposal = this.#undertakings.under(message, 'asking')
    const entry = this.#book.archive.get(message.task)
    if (!proposal || !entry) return
    // Another keeper that was asked: it keeps no such task, or it would have said so.
    if (proposal.others.has(from)) proposal.others.set(from, Infinity)
    if (proposal.record.custodians.includes(from)) {
      // The bearer was heard of here meanwhile.
      if (heardOf(proposal, this.#book.leaseLeftMs(entry, now))) {
        this.#undertakings.end(message.task)
        return
      }
      if (heardOf(proposal, message.leftMs)) {
        this.#undertakings.due.set(message.task, now + Math.min(message.leftMs, this.#config.proposeMs) + 1)
        return
      }
      proposal.answers.add(from)
    }
    if (this.#undertakings.hasAsked(proposal)) this.#preparations.prepare(proposal, entry, now, out)
  }

  // ---- what others make of it

  /** A bearer says that it has stopped, or gives up a ballot that is no longer promised. */
  onStopped(from: Bearer, message: { task: TaskId; ballot: Ballot }, now: Millis, out: Out): void {
    this.#endings.onStopped(from, message, now, out)
  }

  /** Another proposer's decree was chosen: after an outcome the undertaking is over, after a next set it goes on there. */
  onChosen(message: MessageOf<'chosen'>, now: Millis, out: Out): void {
    const proposal = this.#undertakings.get(message.task)
    if (!proposal || proposal.record.version !== message.version || proposal.stage === 'storing') return
    const { decree } = message
    if (decree?.kind === 'next') this.#nextVersions.onChosen(proposal, decree.custodians, now, out)
    else if (decree) this.forget(message.task)
  }

  /** Another custodian ends the task: should that one die, this one does so, a lease and its rank later. */
  onEnding(entry: Entry, now: Millis): void {
    const { leaseMs, graceMs, staggerMs } = this.#config
    const rank = entry.record.custodians.indexOf(this.#self)
    this.later(entry.record.id, now + leaseMs + graceMs + (rank + 1) * staggerMs)
  }

  onMoved(message: MessageOf<'moved'>, now: Millis, out: Out): void {
    this.#nextVersions.onMoved(message, now, out)
  }

  /** After an answer to STORE. Once the next version stands under this peer's ballot, the task goes on here, or ends. */
  #onNext(task: TaskId, standing: Standing, now: Millis, out: Out): void {
    if (standing === 'not-yet') return
    const proposal = this.#undertakings.get(task)!
    const entry = this.#book.archive.get(task)
    this.#undertakings.end(task)
    if (entry && standing === 'theirs')
      forgetNeedlessWord(entry, entry.record.custodians, this.#undertakings.removed, out)
    if (standing === 'theirs' || !entry) return
    const { record, ballot } = proposal.next!
    const next = decideNext(record.spec, entry.attempts, proposal.begun || entry.begun)
    const over = next.choice !== 'again'
    if ((entry.ending || entry.word || over) && record.custodians.includes(this.#self)) this.close(entry, now, out)
    // As none of the next custodians this peer cannot end the task: they do, once the lease is over.
    else if (!over) this.#preparations.bear(proposal, entry, ballot, now, out)
  }

  /** Whether this peer asked that one who keeps the task. */
  asked(task: TaskId, peer: PeerId): boolean {
    return this.#undertakings.wasAsked(task, peer)
  }

  /** The task is over here, or forgotten. */
  forget(task: TaskId): void {
    this.#undertakings.forget(task)
  }

  // ---- saying it again

  /** A stage was not answered in time: it is repeated, given up for another ballot, or ended as needless. */
  #again(proposal: Proposal, now: Millis, out: Out): void {
    const entry = this.#book.archive.get(proposal.record.id)
    const other = entry && entry.record.version !== proposal.record.version && proposal.stage !== 'storing'
    if (!entry || other || (entry.phase !== 'open' && entry.phase !== 'storing' && proposal.stage !== 'storing')) {
      this.#undertakings.end(proposal.record.id)
      return
    }
    const goesOn = proposal.stage === 'asking' && heardOf(proposal, this.#book.leaseLeftMs(entry, now))
    if (goesOn || this.#undertakings.isOvertaken(proposal, entry)) {
      this.#undertakings.end(proposal.record.id)
      return
    }
    if (this.#undertakings.isStuck(proposal)) {
      this.#undertakings.retry(proposal, this.#undertakings.nextTry(proposal, now))
      return
    }
    // The leases of the last bearers are over: they have stopped by themselves.
    if (proposal.stage === 'stopping' && now >= proposal.stoppedByMs) this.#endings.commitEnd(proposal, entry, now, out)
    else if (proposal.stage === 'asking' && this.#undertakings.hasAsked(proposal))
      this.#preparations.prepare(proposal, entry, now, out)
    else this.#undertakings.say(proposal, now, out)
  }
}
