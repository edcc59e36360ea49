import { BoundedMap, Deadlines, type Machine, type Millis, type WallMillis } from '@souk/kernel'
import {
  type Ballot,
  compareBallots,
  drawsMax,
  type Incarnation,
  limits,
  type MessageOf,
  nextCounter,
  type Outcome,
  type PeerId,
  type TaskId,
  type TaskRecord,
  type TaskSpec,
  taskId,
} from '@souk/wire'
import type { CustodyConfig } from './config.ts'
import { majority } from './quorum.ts'
import { chooseCustodians, custodianCount } from './rendezvous.ts'
import type { Submission } from './submission.ts'
import type { SubmitterEffect, SubmitterInput, SubmitterMessage } from './submitter-io.ts'
import { firstVersion, versionNumber } from './version.ts'
import type { MeshView } from './views.ts'

type Out = SubmitterEffect[]
type SubmitInput = Extract<SubmitterInput, { type: 'submit' }>
/** What decides who keeps a task. */
type Choice = Pick<SubmitInput, 'nonce' | 'drawable' | 'choosy' | 'spec'>
type Refused = { code: string; message: string }

/**
 * The origin's part of custody: it chooses a task's custodians, has them store it, tells the client once a majority
 * has (G1), and tells it the outcome when that comes.
 *
 * Invariants: I2 accepted is answered only when a majority has it on disk. The set of a version is fixed before its
 * first STORE. This peer bears a task only if a majority stored it under its own ballot.
 * Inputs: clients' submits, custodians' answers. Effects: sends, a baton for the local bearer, replies to clients.
 * Bounds: submitsMax, watchersMax. Every submit is answered within submitMs.
 */
export class Submitter implements Machine<SubmitterInput, SubmitterEffect> {
  readonly #config: CustodyConfig
  readonly #self: PeerId
  readonly #mesh: MeshView
  readonly #submissions = new Map<TaskId, Submission>()
  /** storing: until when; then when to ask what became of it */
  readonly #due = new Deadlines<TaskId>()
  /** counters used of late: a second submit of the same task goes under a ballot of its own */
  readonly #counters: BoundedMap<TaskId, number>
  /** counters of submits that were given up: whoever stores one of them late is told to drop it */
  readonly #givenUp: BoundedMap<TaskId, number>
  readonly #clients = new Set<number>()
  #incarnation: Incarnation = 0
  #wallOffset: WallMillis = 0

  constructor(config: CustodyConfig, { self, mesh }: { self: PeerId; mesh: MeshView }) {
    this.#config = config
    this.#self = self
    this.#mesh = mesh
    this.#counters = new BoundedMap(config.batonMemoryMax)
    this.#givenUp = new BoundedMap(config.batonMemoryMax)
  }

  step(input: SubmitterInput, now: Millis, out: Out): void {
    switch (input.type) {
      case 'start':
        this.#incarnation = input.incarnation
        this.#wallOffset = input.wallMs - now
        break
      case 'submit':
        this.#onSubmit(input, now, out)
        break
      case 'message':
        this.#onMessage(input.from, input.message, now, out)
        break
      case 'closed':
        this.#onOutcome(input.task, input.outcome, out)
        break
      case 'gone':
        this.#onGone(input.client)
        break
      case 'wake':
        this.#onWake(now, out)
        break
    }
  }

  nextWakeup(): Millis | undefined {
    return this.#due.next()
  }

  snapshot() {
    let storing = 0
    for (const submission of this.#submissions.values()) if (submission.storing) storing++
    return { storing, awaited: this.#submissions.size - storing }
  }

  /** The submission that clients here wait for. */
  find(task: TaskId): Submission | undefined {
    return this.#submissions.get(task)
  }

  // ---- submits

  #onSubmit(input: SubmitInput, now: Millis, out: Out): void {
    const { client, tag, spec } = input
    const known = this.#knownOf(input)
    if (known) {
      this.#onSubmitAgain(known, client, tag, now, out)
      return
    }
    const { id, custodians, refused } = this.#choose(input)
    if (refused) {
      out.push({ type: 'refused', client, tag, ...refused })
      return
    }
    const submittedWallMs = Math.round(this.#wallOffset + now)
    const version = firstVersion(custodians)
    const record: TaskRecord = { id, spec, origin: this.#self, submittedWallMs, custodians, version }
    this.#begin(record, client, tag, now, out)
  }

  /** Its id and its custodians, and why it is not even tried. */
  #choose(submit: Choice): { id: TaskId; custodians: PeerId[]; refused: Refused | undefined } {
    const { spec, choosy } = submit
    const id = this.#drawId(submit)
    const custodians = this.#custodiansOf(id, spec)
    const away = custodians.filter((peer) => !this.#canReach(peer))
    const reached = custodians.length - away.length
    const unlucky = choosy && away.length > 0 && this.#freshEnough(custodians.length) ? keyUnlucky(away) : undefined
    const quorum = reached < majority(custodians.length) ? noQuorum(custodians, away) : undefined
    return { id, custodians, refused: this.#whyNot(spec) ?? unlucky ?? quorum }
  }

  #begin(record: TaskRecord, client: number, tag: number, now: Millis, out: Out): void {
    const { id } = record
    const counter = nextCounter(this.#counters.get(id) ?? 0, 'bearer')
    this.#counters.push(id, counter)
    // Custodians that have it from the try before are counted on from now on.
    this.#givenUp.delete(id)
    const ballot: Ballot = { counter, peer: this.#self, incarnation: this.#incarnation }
    const submission: Submission = {
      record,
      ballot,
      storing: true,
      bearing: true,
      stored: new Set(),
      already: new Set(),
      unstored: new Map(),
      submitters: [{ client, tag }],
      clients: [],
      asked: 0,
      sinceMs: now,
    }
    this.#addClient(submission, client)
    this.#submissions.set(id, submission)
    this.#due.set(id, now + this.#config.submitMs)
    for (const to of record.custodians)
      out.push({ type: 'send', to, message: { t: 'store', record, ballot, attempts: [] } })
    out.push({ type: 'bear', record, ballot, attempts: [], durable: false })
  }

  /** The same key again: the same task (G5). */
  #onSubmitAgain(submission: Submission, client: number, tag: number, now: Millis, out: Out): void {
    const { watchersMax } = this.#config
    if (submission.submitters.length >= watchersMax || submission.clients.length >= watchersMax) {
      const message = `${watchersMax} clients wait for this task already; watch it instead`
      out.push({ type: 'refused', client, tag, code: 'too-many-clients', message })
      return
    }
    this.#addClient(submission, client)
    if (submission.storing) this.#onWaitAgain(submission, { client, tag }, now, out)
    else out.push({ type: 'accepted', client, tag, task: submission.record.id })
  }

  /** Its custodians have not answered yet, and whoever asked before may have been told so: those are asked once more. */
  #onWaitAgain(submission: Submission, submitter: Submission['submitters'][number], now: Millis, out: Out): void {
    const { record, ballot, stored, already, unstored, submitters } = submission
    const asked = submitters.length > 0
    submitters.push(submitter)
    if (asked) return
    this.#due.set(record.id, now + this.#config.submitMs)
    for (const to of record.custodians) {
      if (stored.has(to) || already.has(to) || unstored.has(to)) continue
      out.push({ type: 'send', to, message: { t: 'store', record, ballot, attempts: [] } })
    }
  }

  #knownOf({ nonce, drawable }: Choice): Submission | undefined {
    for (let draw = 0; draw < (drawable ? drawsMax : 1); draw++) {
      const known = this.#submissions.get(taskId(nonce, draw))
      if (known) return known
    }
    return undefined
  }

  /** Who would keep this task, were it submitted now; of one that is under way: who keeps it. Undefined: it is refused. */
  custodiansOf(submit: Choice): readonly PeerId[] | undefined {
    const known = this.#knownOf(submit)
    if (known) return known.record.custodians
    const { custodians, refused } = this.#choose(submit)
    return refused ? undefined : custodians
  }

  /** An id without a caller's key is drawn again until all its custodians were heard from of late. */
  #drawId({ nonce, drawable, spec }: Choice): TaskId {
    if (!drawable || spec.durability !== 'quorum') return taskId(nonce)
    if (!this.#freshEnough(this.#custodiansOf(taskId(nonce), spec).length)) return taskId(nonce)
    for (let draw = 0; draw < drawsMax; draw++) {
      const id = taskId(nonce, draw)
      if (this.#custodiansOf(id, spec).every((peer) => this.#canReach(peer))) return id
    }
    return taskId(nonce)
  }

  #custodiansOf(id: TaskId, spec: TaskSpec): PeerId[] {
    if (spec.durability !== 'quorum') return [this.#self]
    const keepers = this.#mesh.keepers()
    const count = custodianCount(this.#mesh.members, keepers.length, this.#config.custodians)
    return keepers.length === 0 ? [this.#self] : chooseCustodians(id, keepers, count)
  }

  /** So many keepers can be reached that another id may have all its custodians there. */
  #freshEnough(count: number): boolean {
    let fresh = 0
    for (const { peer } of this.#mesh.keepers()) if (this.#canReach(peer) && ++fresh >= count) return true
    return false
  }

  #canReach(peer: PeerId): boolean {
    return peer === this.#self || this.#mesh.fresh(peer)
  }

  #whyNot(spec: TaskSpec): Refused | undefined {
    if (this.#submissions.size >= this.#config.submitsMax) {
      const message = `clients of this peer wait for ${this.#config.submitsMax} tasks already; submit to another peer, or later`
      return { code: 'too-many-tasks', message }
    }
    if (spec.durability === 'quorum' && this.#mesh.keepers().length === 0) {
      const message =
        'no member of this mesh keeps custody; start one without --no-custody, or ask for --durability local'
      return { code: 'no-custodian', message }
    }
    return undefined
  }

  // ---- answers of custodians

  #onMessage(from: PeerId, message: SubmitterMessage, now: Millis, out: Out): void {
    switch (message.t) {
      case 'stored':
      case 'already':
      case 'unstored':
        this.#onAnswer(from, message, now, out)
        break
      case 'chosen':
        if (message.decree?.kind === 'outcome') this.#onOutcome(message.task, message.decree.outcome, out)
        break
      case 'moved':
        this.#onMoved(message)
        break
      case 'unknown':
        // Another custodian is asked next time.
        break
    }
  }

  #onAnswer(from: PeerId, message: MessageOf<'stored' | 'already' | 'unstored'>, now: Millis, out: Out): void {
    const { task, version, ballot } = message
    const submission = this.#submissions.get(task)
    const ours = submission && compareBallots(submission.ballot, ballot) === 0
    if (!ours || !submission.storing) {
      // Too late: whoever waited was told that nothing is known of it. What was accepted stays, of course.
      const own = ballot.peer === this.#self && ballot.incarnation === this.#incarnation && versionNumber(version) === 1
      if (!submission && own && message.t === 'stored' && this.#givenUp.get(task) === ballot.counter)
        out.push({ type: 'send', to: from, message: { t: 'drop', task, version, ballot } })
      return
    }
    if (!submission.record.custodians.includes(from)) return
    if (message.t === 'stored') submission.stored.add(from)
    else if (message.t === 'already') noteKnown(submission, from, message)
    else submission.unstored.set(from, { code: message.code, message: message.message })
    this.#decide(submission, now, out)
  }

  /** Accepted, refused, or not yet; and whether this peer bears it. */
  #decide(submission: Submission, now: Millis, out: Out): void {
    const { record, stored, already, unstored, known } = submission
    const { length } = record.custodians
    const need = majority(length)
    // Begun with other custodians by an earlier submit: those decide, once it is known that they stand.
    if (known) {
      this.#void(submission, out)
      if (stands(known)) this.#accept(submission, now, out)
      return
    }
    if (submission.bearing && stored.size >= need) {
      submission.bearing = false
      out.push({ type: 'durable', task: record.id })
    }
    // Known before, or not everywhere new: its custodians see to it, and this peer bears nothing.
    if (stored.size + already.size >= need) this.#accept(submission, now, out)
    else if (length - unstored.size < need) {
      const [why] = unstored.values()
      this.#refuse(submission, why!.code, why!.message, out)
    }
  }

  #accept(submission: Submission, now: Millis, out: Out): void {
    const task = submission.record.id
    submission.storing = false
    this.#void(submission, out)
    for (const { client, tag } of submission.submitters) out.push({ type: 'accepted', client, tag, task })
    submission.submitters = []
    // Known with other custodians, as an earlier submit of the same key chose them: those keep it, and ours forget it.
    if (submission.known) {
      this.#dropStored(submission, out)
      const { version, custodians } = submission.known
      submission.record = { ...submission.record, version, custodians }
    }
    if (submission.clients.length === 0) {
      this.#end(task)
      return
    }
    // Somebody knew it before: it may be over already.
    const askMs = submission.already.size > 0 || submission.known ? 0 : this.#config.followMs
    this.#due.set(task, now + askMs)
  }

  #refuse(submission: Submission, code: string, message: string, out: Out): void {
    const { record, ballot } = submission
    this.#void(submission, out)
    this.#givenUp.push(record.id, ballot.counter)
    this.#dropStored(submission, out)
    for (const { client, tag } of submission.submitters) out.push({ type: 'refused', client, tag, code, message })
    this.#end(record.id)
  }

  #dropStored({ record, ballot, stored }: Submission, out: Out): void {
    const vote = { task: record.id, version: record.version, ballot }
    for (const to of stored) out.push({ type: 'send', to, message: { t: 'drop', ...vote } })
  }

  #void(submission: Submission, out: Out): void {
    if (!submission.bearing) return
    submission.bearing = false
    out.push({ type: 'void', task: submission.record.id, ballot: submission.ballot })
  }

  #onMoved({ task, version, custodians }: MessageOf<'moved'>): void {
    const submission = this.#submissions.get(task)
    if (submission && versionNumber(version) > versionNumber(submission.record.version))
      submission.record = { ...submission.record, version, custodians }
  }

  // ---- outcomes

  #onOutcome(task: TaskId, outcome: Outcome, out: Out): void {
    const submission = this.#submissions.get(task)
    if (!submission || submission.storing) return
    out.push({ type: 'outcome', task, outcome, clients: submission.clients })
    this.#end(task)
  }

  #addClient(submission: Submission, client: number): void {
    if (!submission.clients.includes(client)) submission.clients.push(client)
    this.#clients.add(client)
  }

  /** Most clients that go never waited for anything, and then no task has to be looked at. */
  #onGone(client: number): void {
    if (!this.#clients.delete(client)) return
    for (const [task, submission] of this.#submissions) {
      if (!submission.clients.includes(client)) continue
      submission.clients = submission.clients.filter((c) => c !== client)
      if (submission.clients.length === 0 && !submission.storing) this.#end(task)
    }
  }

  #end(task: TaskId): void {
    this.#submissions.delete(task)
    this.#due.delete(task)
  }

  // ---- time

  #onWake(now: Millis, out: Out): void {
    const asks = new Map<PeerId, TaskId[]>()
    for (let task = this.#due.popDue(now); task !== undefined; task = this.#due.popDue(now)) {
      const submission = this.#submissions.get(task)
      if (!submission) continue
      if (submission.storing) this.#onNoAnswer(submission, now, out)
      else this.#queueAsk(submission, asks, now)
    }
    for (const [to, tasks] of asks) {
      for (let i = 0; i < tasks.length; i += limits.tasksPerMessageMax) {
        const batch = tasks.slice(i, i + limits.tasksPerMessageMax)
        out.push({ type: 'send', to, message: { t: 'await', tasks: batch } })
      }
    }
  }

  /**
   * Whoever waits is told that nothing is known. The submit itself goes on for a while: where everything is slow the
   * answers come yet, and the same key, said again, finds them instead of beginning anew.
   */
  #onNoAnswer(submission: Submission, now: Millis, out: Out): void {
    const { record, stored, already, submitters } = submission
    const has = stored.size + already.size
    const message =
      `${has} of this task's ${record.custodians.length} custodians answered within ${this.#config.submitMs} ms, ` +
      `${majority(record.custodians.length)} are needed; it may or may not run: submit it again with the same key`
    if (submitters.length === 0) {
      this.#refuse(submission, 'unknown', message, out)
      return
    }
    for (const { client, tag } of submitters) out.push({ type: 'refused', client, tag, code: 'unknown', message })
    const told = new Set(submitters.map(({ client }) => client))
    submission.clients = submission.clients.filter((client) => !told.has(client))
    submission.submitters = []
    this.#due.set(record.id, now + this.#config.lingerMs)
  }

  /** One of its custodians that can be reached, another one each time. */
  #queueAsk(submission: Submission, asks: Map<PeerId, TaskId[]>, now: Millis): void {
    const { record, asked } = submission
    submission.asked++
    this.#due.set(record.id, now + this.#config.followMs * Math.min(2 ** asked, 8))
    const reachable = record.custodians.filter((peer) => this.#canReach(peer))
    const to = reachable[asked % reachable.length]
    if (to === undefined) return
    const tasks = asks.get(to)
    if (tasks) tasks.push(record.id)
    else asks.set(to, [record.id])
  }
}

function keyUnlucky(away: readonly PeerId[]): Refused {
  const message = `not all custodians that this key leads to can be reached (${away.join(', ')}); another key has better ones`
  return { code: 'key-unlucky', message }
}

function noQuorum(custodians: readonly PeerId[], away: readonly PeerId[]): Refused {
  const message =
    `${away.length} of this task's ${custodians.length} custodians cannot be reached (${away.join(', ')}), and ` +
    `${majority(custodians.length)} must keep it; wait for them, or ask for --durability local`
  return { code: 'no-quorum', message }
}

/** A custodian knew the task before: in this version, or as an earlier submit of the same key chose its custodians. */
function noteKnown(submission: Submission, from: PeerId, { known }: MessageOf<'already'>): void {
  const { version, custodians } = known
  if (version === submission.record.version) {
    submission.already.add(from)
    return
  }
  if (submission.known?.version !== version) submission.known = { version, custodians, by: new Set() }
  if (custodians.includes(from)) submission.known.by.add(from)
}

/** A later version began on a majority's decision; a first one stands when a majority of its custodians have it. */
function stands({ version, custodians, by }: NonNullable<Submission['known']>): boolean {
  return versionNumber(version) > 1 || by.size >= majority(custodians.length)
}
