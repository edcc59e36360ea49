import { Deadlines, invariant, type Millis } from '@souk/kernel'
import {
  type Ballot,
  type Bearer,
  compareBallots,
  type Decree,
  type MessageOf,
  type PeerId,
  type TaskId,
  type TaskRecord,
} from '@souk/wire'
import type { Closings } from './closings.ts'
import type { CustodyConfig } from './config.ts'
import type { CustodianEffect, CustodianSays } from './custodian-io.ts'
import { decideNext } from './decide-next.ts'
import { type Entry, mergeAttempts } from './entry.ts'
import { type Proposal, type Stage, stageTransitions } from './proposal.ts'
import { majority } from './quorum.ts'
import type { TaskBook } from './task-book.ts'
import { succeed, versionNumber } from './version.ts'

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
type Vote = { task: TaskId; version: number; ballot: Ballot }

/** Over so many tries a stage is said at longer and longer intervals, up to this many times the first. */
const patienceMax = 8

/**
 * What a custodian undertakes for a task that lost its bearer, or that is to end: it asks, prepares, and then bears
 * it or commits. One undertaking a task at a time; of two custodians that undertake the same, ballots decide.
 */
export class Proposer {
  readonly #config: CustodyConfig
  readonly #self: PeerId
  readonly #book: TaskBook
  readonly #closings: Closings
  readonly #proposals = new Map<TaskId, Proposal>()
  /** when to speak again */
  readonly #due = new Deadlines<TaskId>()
  /** lower ranks wait their turn */
  readonly #turns = new Deadlines<TaskId>()
  /** ballots above an undertaking's that others were said to have promised: the next try goes above them */
  readonly #seen = new Map<TaskId, Ballot>()

  constructor(config: CustodyConfig, self: PeerId, book: TaskBook, closings: Closings) {
    this.#closings = closings
    this.#config = config
    this.#self = self
    this.#book = book
  }

  get size(): number {
    return this.#proposals.size
  }

  nextWakeup(): Millis | undefined {
    const due = Math.min(this.#due.next() ?? Infinity, this.#turns.next() ?? Infinity)
    return due === Infinity ? undefined : due
  }

  onWake(now: Millis, out: Out): void {
    for (let task = this.#turns.popDue(now); task !== undefined; task = this.#turns.popDue(now))
      this.#turn(task, now, out)
    for (let task = this.#due.popDue(now); task !== undefined; task = this.#due.popDue(now)) {
      const proposal = this.#proposals.get(task)
      if (proposal) this.#again(proposal, now, out)
    }
  }

  // ---- beginnings

  /** Its lease has run out here, grace included: this custodian's turn comes by its rank. */
  onLeaseEnded(entry: Entry, now: Millis, out: Out): void {
    const rank = Math.max(0, entry.record.custodians.indexOf(this.#self))
    if (this.#proposals.has(entry.record.id)) return
    if (rank === 0) this.#turn(entry.record.id, now, out)
    else this.#turns.set(entry.record.id, now + rank * this.#config.staggerMs)
  }

  /** It is to end: whoever bears it is fenced first. */
  close(entry: Entry, now: Millis, out: Out): void {
    const known = this.#proposals.get(entry.record.id)
    if (known && (known.aim === 'close' || known.stage === 'committing' || known.stage === 'storing')) return
    this.#prepare(this.#begin(entry, 'close', entry.ending?.kind ?? 'closed'), entry, now, out)
  }

  /** Its turn comes at that time, unless it is over by then. */
  later(task: TaskId, atMs: Millis): void {
    if (!this.#proposals.has(task)) this.#turns.set(task, atMs)
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
        this.#onStored(from, message, now, out)
        break
      case 'already':
        this.#onAlready(from, message, now, out)
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
    if (!entry || this.#proposals.has(task)) return
    if (entry.phase !== 'open' && entry.phase !== 'storing') return
    if (entry.ending) {
      this.close(entry, now, out)
      return
    }
    const leftMs = this.#book.leaseLeftMs(entry, now)
    if (leftMs > 0) return
    const code = entry.released ? 'given-up' : 'vanished'
    const proposal = this.#begin(entry, 'run', code)
    this.#book.note(entry, 'lease ended', entry.bearer.peer, now)
    this.#ask(proposal, entry, now, out)
  }

  #begin(entry: Entry, aim: Proposal['aim'], code: string): Proposal {
    const proposal: Proposal = {
      record: entry.record,
      aim,
      stage: aim === 'run' ? 'asking' : 'preparing',
      code,
      ballot: entry.promised,
      fenced: entry.promised,
      bearer: entry.bearer,
      runs: entry.heard && entry.bearerState !== 'waiting',
      stoppedByMs: Infinity,
      answers: new Set(),
      over: new Set(),
      refusals: new Set(),
      elsewhere: new Set(),
      best: undefined,
      begun: false,
      decree: undefined,
      next: undefined,
      tries: 0,
    }
    this.#proposals.set(entry.record.id, proposal)
    this.#turns.delete(entry.record.id)
    return proposal
  }

  // ---- asking

  #ask(proposal: Proposal, entry: Entry, now: Millis, out: Out): void {
    proposal.answers.add(this.#self)
    if (this.#hasMajority(proposal.answers, proposal)) {
      this.#prepare(proposal, entry, now, out)
      return
    }
    this.#say(proposal, now, out)
  }

  #onLeaseTold(from: PeerId, message: MessageOf<'leaseTold'>, now: Millis, out: Out): void {
    const proposal = this.#under(message, 'asking')
    const entry = this.#book.archive.get(message.task)
    if (!proposal || !entry || !proposal.record.custodians.includes(from)) return
    // It was heard of here meanwhile.
    if (this.#book.leaseLeftMs(entry, now) > 0) {
      this.#end(message.task)
      return
    }
    if (message.leftMs > 0) {
      this.#due.set(message.task, now + Math.min(message.leftMs, this.#config.proposeMs) + 1)
      return
    }
    proposal.answers.add(from)
    if (this.#hasMajority(proposal.answers, proposal)) this.#prepare(proposal, entry, now, out)
  }

  // ---- preparing

  #prepare(proposal: Proposal, entry: Entry, now: Millis, out: Out): void {
    if (proposal.aim === 'run') this.#countVanished(entry)
    this.#enter(proposal, 'preparing')
    const seen = this.#seen.get(entry.record.id)
    const above = seen && compareBallots(seen, entry.promised) > 0 ? seen : entry.promised
    proposal.ballot = this.#book.ballotAfter(above)
    this.#say(proposal, now, out)
  }

  /** Whoever bore it is gone without a word, and may have run it. */
  #countVanished(entry: Entry): void {
    const { released, heard, bearerState, bearer, keptIn } = entry
    if (released || entry.accepted) return
    if (keptIn === undefined && heard && bearerState === 'waiting') return
    // After a restart nobody knows whether it was waiting: a bearer that was not heard of is not held against the task.
    if (keptIn === undefined && !heard && entry.timeline.length === 0) return
    const already = entry.attempts.some(({ ballot }) => compareBallots(ballot, entry.promised) === 0)
    if (!already) this.#book.failed(entry, bearer.peer, 'vanished', 'its bearer was not heard from for a whole lease')
  }

  #onPromise(from: PeerId, message: MessageOf<'promise'>, now: Millis, out: Out): void {
    const proposal = this.#under(message, 'preparing')
    const entry = this.#book.archive.get(message.task)
    if (!proposal || !entry || !proposal.record.custodians.includes(from)) return
    const { accepted } = message
    proposal.answers.add(from)
    // The highest: a lower one cannot have been chosen.
    if (accepted && (!proposal.best || compareBallots(accepted.ballot, proposal.best.ballot) > 0))
      proposal.best = accepted
    proposal.begun ||= message.begun
    if (message.leftMs === 0) proposal.over.add(from)
    entry.attempts = mergeAttempts(entry.attempts, message.attempts)
    entry.ending ??= message.ending
    if (this.#hasMajority(proposal.answers, proposal)) this.#onPromised(proposal, entry, now, out)
  }

  /** A majority hears no lower ballot any more: what is to become of the task? */
  #onPromised(proposal: Proposal, entry: Entry, now: Millis, out: Out): void {
    if (proposal.best) {
      this.#commit(proposal, proposal.best.decree, now, out)
      return
    }
    if (entry.ending) {
      const over = this.#hasMajority(proposal.over, proposal) || now >= proposal.stoppedByMs
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
    this.#end(task)
    out.push({ type: 'recovered', task, ballot, code: proposal.code })
    out.push({ type: 'bear', record, ballot, attempts: [...entry.attempts], durable: true })
  }

  // ---- stopping whoever bears it

  #stop(proposal: Proposal, entry: Entry, now: Millis, out: Out): void {
    const { leaseMs, graceMs } = this.#config
    this.#enter(proposal, 'stopping')
    // From now on a majority confirms no lease any more: it stops by itself at the latest then.
    proposal.stoppedByMs = now + leaseMs + graceMs
    this.#book.note(entry, 'stopping', proposal.bearer.peer, now)
    this.#say(proposal, now, out)
  }

  /** Only the word of whoever has it counts: a host that passed it on has nothing to stop. */
  onStopped(from: Bearer, message: { task: TaskId; ballot: Ballot }, now: Millis, out: Out): void {
    const proposal = this.#proposals.get(message.task)
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
    const proposal = this.#proposals.get(message.task)
    if (proposal?.stage !== 'stopping' || proposal.bearer.peer !== from) return
    proposal.bearer = message.to
    proposal.runs = false
    this.#say(proposal, now, out)
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
    this.#enter(proposal, 'committing')
    proposal.decree = decree
    this.#say(proposal, now, out)
  }

  #onCommitted(from: PeerId, message: MessageOf<'committed'>, now: Millis, out: Out): void {
    const proposal = this.#under(message, 'committing')
    if (!proposal || !proposal.record.custodians.includes(from)) return
    proposal.answers.add(from)
    if (!this.#hasMajority(proposal.answers, proposal)) return
    const { decree, ballot, record } = proposal
    if (decree!.kind === 'next') {
      this.#storeNext(proposal, succeed(record, decree!.custodians), now, out)
      return
    }
    this.#end(record.id)
    const chosen: CustodianSays = { t: 'chosen', ...voteOf(proposal, ballot), decree: decree! }
    for (const to of new Set([...record.custodians, record.origin])) out.push({ type: 'send', to, message: chosen })
  }

  /** Its decree was chosen by another: this undertaking is over, or goes on in the next version. */
  onChosen(message: MessageOf<'chosen'>, now: Millis, out: Out): void {
    const proposal = this.#proposals.get(message.task)
    if (!proposal || proposal.record.version !== message.version || proposal.stage === 'storing') return
    const { decree } = message
    if (decree?.kind === 'next') this.#storeNext(proposal, succeed(proposal.record, decree.custodians), now, out)
    else if (decree) this.#end(message.task)
  }

  // ---- the next version

  /** Others keep it by now: this peer learns of it late, and takes its own part of it where it has one. */
  onMoved({ task, version, custodians }: MessageOf<'moved'>, now: Millis, out: Out): void {
    const proposal = this.#proposals.get(task)
    if (!proposal || proposal.stage === 'storing') return
    if (versionNumber(proposal.record.version) >= versionNumber(version)) return
    if (!custodians.includes(this.#self)) this.forget(task)
    else this.#storeNext(proposal, { ...proposal.record, version, custodians }, now, out)
  }

  #storeNext(proposal: Proposal, record: TaskRecord, now: Millis, out: Out): void {
    this.#enter(proposal, 'storing')
    proposal.next = {
      record,
      ballot: this.#book.ballotAfter(proposal.ballot),
      stored: new Set(),
      already: new Set(),
    }
    this.#say(proposal, now, out)
  }

  #onStored(from: PeerId, message: Vote, now: Millis, out: Out): void {
    const next = this.#nextUnder(message)
    if (!next?.record.custodians.includes(from)) return
    next.stored.add(from)
    this.#decideNextVersion(message.task, now, out)
  }

  #onAlready(from: PeerId, message: MessageOf<'already'>, now: Millis, out: Out): void {
    const next = this.#nextUnder(message)
    if (!next) this.#onElsewhere(from, message, now, out)
    else if (next.record.custodians.includes(from)) {
      next.already.add(from)
      this.#decideNextVersion(message.task, now, out)
    }
  }

  /**
   * It keeps the task as another submit of the same key stored it, with other custodians. Where a majority of ours do,
   * nothing was or will be decided here.
   */
  #onElsewhere(from: PeerId, message: MessageOf<'already'>, now: Millis, out: Out): void {
    const proposal = this.#under(message)
    const entry = this.#book.archive.get(message.task)
    if (!proposal?.record.custodians.includes(from) || !entry || proposal.stage === 'storing') return
    const { version, custodians } = message.known
    if (entry.record.version !== proposal.record.version || version === entry.record.version) return
    const { length } = proposal.record.custodians
    proposal.elsewhere.add(from)
    if (length - proposal.elsewhere.size >= majority(length)) return
    this.forget(message.task)
    this.#closings.pointTo(entry, version, custodians, now, out)
  }

  #nextUnder({ task, version, ballot }: Vote): Proposal['next'] {
    const next = this.#proposals.get(task)?.next
    return next?.record.version === version && compareBallots(next.ballot, ballot) === 0 ? next : undefined
  }

  /** It stands when a majority has it; this peer bears it only if a majority has it under its own ballot. */
  #decideNextVersion(task: TaskId, now: Millis, out: Out): void {
    const proposal = this.#proposals.get(task)!
    const { record, ballot, stored, already } = proposal.next!
    const need = majority(record.custodians.length)
    if (stored.size + already.size < need) return
    const own = stored.size >= need
    if (!own && stored.size + record.custodians.length - stored.size - already.size >= need && proposal.tries < 2)
      return
    const { version, custodians } = record
    const moved: CustodianSays = { t: 'moved', task, version, custodians }
    for (const to of new Set([...proposal.record.custodians, record.origin]))
      out.push({ type: 'send', to, message: moved })
    const entry = this.#book.archive.get(task)
    if (!own || !entry) {
      this.#end(task)
      return
    }
    if (entry.ending && custodians.includes(this.#self)) {
      this.#end(task)
      this.close(entry, now, out)
      return
    }
    this.#bear(proposal, entry, ballot, out)
  }

  // ---- refusals

  #onRefuse(from: PeerId, message: MessageOf<'refuse'>, now: Millis): void {
    const proposal = this.#under(message, 'preparing')
    if (!proposal?.record.custodians.includes(from)) return
    // It abstains until it has heard from enough members: asked again by and by.
    if (message.code === 'abstains') return
    const { promised, code, leftMs } = message
    this.#onRefused(proposal, from, promised, code === 'lease' ? now + leftMs + 1 : this.#nextTry(proposal, now))
  }

  #onFenced(from: PeerId, message: MessageOf<'fenced'>, now: Millis): void {
    const proposal = this.#under({ ...message, version: -1 }, 'committing')
    if (proposal?.record.custodians.includes(from))
      this.#onRefused(proposal, from, message.promised, this.#nextTry(proposal, now))
  }

  /** One refusal stops nothing. Without a chance of a majority it is tried again later, above what was seen. */
  #onRefused(proposal: Proposal, from: PeerId, promised: Ballot, againMs: Millis): void {
    const { record, refusals } = proposal
    refusals.add(from)
    const seen = this.#seen.get(record.id)
    if (!seen || compareBallots(promised, seen) > 0) this.#seen.set(record.id, promised)
    const { length } = record.custodians
    if (length - refusals.size < majority(length)) this.#drop(proposal, againMs)
  }

  /** Ranks try at different times, so that one of them gets through. */
  #nextTry({ record }: Proposal, now: Millis): Millis {
    return now + (record.custodians.indexOf(this.#self) + 1) * this.#config.staggerMs
  }

  #onLacking(from: PeerId, message: MessageOf<'lacking'>, out: Out): void {
    const proposal = this.#under(message, 'committing')
    if (proposal?.record.custodians.includes(from)) this.#sendCommit(proposal, from, out)
  }

  #drop(proposal: Proposal, againMs: Millis): void {
    const task = proposal.record.id
    this.#end(task)
    this.#turns.set(task, againMs)
  }

  #end(task: TaskId): void {
    this.#proposals.delete(task)
    this.#due.delete(task)
  }

  /** The task is over here. */
  forget(task: TaskId): void {
    this.#end(task)
    this.#turns.delete(task)
    this.#seen.delete(task)
  }

  // ---- saying it

  #again(proposal: Proposal, now: Millis, out: Out): void {
    const entry = this.#book.archive.get(proposal.record.id)
    const other = entry && entry.record.version !== proposal.record.version && proposal.stage !== 'storing'
    if (!entry || other || (entry.phase !== 'open' && entry.phase !== 'storing' && proposal.stage !== 'storing')) {
      this.#end(proposal.record.id)
      return
    }
    if (proposal.stage === 'asking' && this.#book.leaseLeftMs(entry, now) > 0) {
      this.#end(proposal.record.id)
      return
    }
    // Its bearer has stopped by itself by now, wherever it is.
    if (proposal.stage === 'stopping' && now >= proposal.stoppedByMs) this.#commitEnding(proposal, entry, now, out)
    else this.#say(proposal, now, out)
  }

  #say(proposal: Proposal, now: Millis, out: Out): void {
    const { record, stage } = proposal
    const silent = record.custodians.filter((peer) => !proposal.answers.has(peer))
    switch (stage) {
      case 'asking':
        for (const to of silent)
          out.push({ type: 'send', to, message: { t: 'leaseAsk', ...voteOf(proposal, proposal.ballot) } })
        break
      case 'preparing':
        for (const to of silent) out.push({ type: 'send', to, message: this.#prepareOf(proposal) })
        break
      case 'stopping':
        out.push({ type: 'send', to: proposal.bearer.peer, message: this.#fenceOf(proposal) })
        break
      case 'committing':
        for (const to of silent) this.#sendCommit(proposal, to, out)
        break
      case 'storing':
        this.#sendStores(proposal, out)
    }
    const patience = Math.min(2 ** Math.max(0, proposal.tries - 2), patienceMax)
    proposal.tries++
    let dueMs = now + this.#config.proposeMs * patience
    if (stage === 'stopping') dueMs = Math.min(dueMs, proposal.stoppedByMs)
    this.#due.set(record.id, dueMs)
  }

  #prepareOf(proposal: Proposal): MessageOf<'prepare'> {
    const { record, ballot, aim } = proposal
    const entry = this.#book.archive.get(record.id)
    const attempts = [...(entry?.attempts ?? [])]
    const said: MessageOf<'prepare'> = { t: 'prepare', ...voteOf(proposal, ballot), aim, record, attempts }
    if (entry?.ending) said.ending = entry.ending
    return said
  }

  #fenceOf({ record, fenced, ballot, code }: Proposal): MessageOf<'fenced'> {
    return { t: 'fenced', task: record.id, ballot: fenced, promised: ballot, code, final: true }
  }

  #sendCommit(proposal: Proposal, to: PeerId, out: Out): void {
    const { record, ballot, decree } = proposal
    out.push({ type: 'send', to, message: { t: 'commit', ...voteOf(proposal, ballot), decree: decree!, record } })
  }

  #sendStores({ record: before, next, begun }: Proposal, out: Out): void {
    const { record, ballot, stored, already } = next!
    const entry = this.#book.archive.get(before.id)
    const message: MessageOf<'store'> = { t: 'store', record, ballot, attempts: [...(entry?.attempts ?? [])] }
    if (begun || entry?.begun) message.begun = true
    for (const to of record.custodians) {
      if (!stored.has(to) && !already.has(to)) out.push({ type: 'send', to, message })
    }
  }

  #enter(proposal: Proposal, stage: Stage): void {
    const stays = proposal.stage === stage
    invariant(stays || stageTransitions[proposal.stage].includes(stage), `${proposal.stage} cannot become ${stage}`)
    proposal.stage = stage
    proposal.answers = new Set()
    proposal.over = new Set()
    proposal.refusals = new Set()
    proposal.tries = 0
  }

  /** The undertaking that this message answers. */
  #under({ task, version, ballot }: Vote, stage?: Stage): Proposal | undefined {
    const proposal = this.#proposals.get(task)
    if (!proposal || (stage && proposal.stage !== stage)) return undefined
    if (version >= 0 && proposal.record.version !== version) return undefined
    return compareBallots(proposal.ballot, ballot) === 0 ? proposal : undefined
  }

  #hasMajority(answers: ReadonlySet<PeerId>, { record }: Proposal): boolean {
    return answers.size >= majority(record.custodians.length)
  }
}

function voteOf({ record }: Proposal, ballot: Ballot): Vote {
  return { task: record.id, version: record.version, ballot }
}
