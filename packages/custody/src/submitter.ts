import { earliest, type Machine, type Millis, type WallMillis } from '@souk/kernel'
import type { PeerId, TaskId, TaskRecord } from '@souk/wire'
import { type Choice, Choosing } from './choosing.ts'
import type { CustodyConfig } from './config.ts'
import { Following } from './following.ts'
import { QueuedSubmits } from './queued-submits.ts'
import { Storing } from './storing.ts'
import type { Refused, Submission } from './submission.ts'
import { Submissions } from './submissions.ts'
import type { SubmitInput, SubmitterEffect, SubmitterInput, SubmitterMessage } from './submitter-io.ts'
import { firstVersion } from './version.ts'
import type { MeshView } from './views.ts'

type Out = SubmitterEffect[]

/**
 * A peer as origin: it chooses the custodians of what its clients submit (`choosing.ts`), has them store the record and tells
 * the client once a majority has (G1; `storing.ts`), and tells it the outcome when that comes (`following.ts`).
 *
 * Invariants: I2 a submit is answered `accepted` only once a majority has the record on disk. The set of a version is fixed
 * before its first STORE. This peer bears a task only if a majority answered STORED to its own ballot.
 * Inputs: clients' submits, custodians' answers. Effects: sends, a baton for the local bearer, replies to clients.
 * Bounds: submitsMax, watchersMax; as many at once as can be stored in time (`storing-window.ts`), the others wait for
 * their turn. Every submit is answered within queueMs + submitMs.
 */
export class Submitter implements Machine<SubmitterInput, SubmitterEffect> {
  readonly #config: CustodyConfig
  readonly #self: PeerId
  readonly #submissions = new Submissions()
  readonly #choosing: Choosing
  readonly #storing: Storing
  readonly #following: Following
  readonly #queued: QueuedSubmits
  #wallOffset: WallMillis = 0

  constructor(config: CustodyConfig, { self, mesh }: { self: PeerId; mesh: MeshView }) {
    this.#config = config
    this.#self = self
    this.#choosing = new Choosing(config, { self, mesh })
    this.#storing = new Storing(config, self, this.#submissions)
    this.#queued = new QueuedSubmits(config.submitsMax, config.queueMs)
    this.#following = new Following(config, this.#submissions, this.#choosing)
  }

  step(input: SubmitterInput, now: Millis, out: Out): void {
    switch (input.type) {
      case 'start':
        this.#storing.start(input.incarnation)
        this.#wallOffset = input.wallMs - now
        break
      case 'wall':
        this.#wallOffset = input.wallMs - now
        break
      case 'submit':
        this.#onSubmit(input, now, out)
        break
      case 'message':
        this.#onMessage(input.from, input.message, now, out)
        break
      case 'closed':
        this.#following.onOutcome(input.task, input.outcome, out)
        break
      case 'gone':
        this.#submissions.onGone(input.client)
        this.#queued.onGone(input.client)
        break
      case 'wake':
        this.#onWake(now, out)
        break
    }
    this.#beginQueued(now, out)
  }

  nextWakeup(): Millis | undefined {
    return earliest(this.#submissions.due.next(), this.#queued.nextDueMs())
  }

  snapshot() {
    let storing = 0
    for (const submission of this.#submissions.all()) if (submission.storing) storing++
    return { storing, awaited: this.#submissions.size - storing, queued: this.#queued.size }
  }

  /** The submission that clients here wait for. */
  find(task: TaskId): Submission | undefined {
    return this.#submissions.get(task)
  }

  // ---- submits

  #onSubmit(input: SubmitInput, now: Millis, out: Out): void {
    const { client, tag } = input
    const full = this.#whyFull()
    if (full) out.push({ type: 'refused', client, tag, ...full })
    else this.#queued.push(input, now)
  }

  /** Begins as many queued submits as can be stored in time, in the order in which they came. */
  #beginQueued(now: Millis, out: Out): void {
    while (!this.#storing.full) {
      const next = this.#queued.shift()
      if (!next) return
      this.#begin(next, now, out)
    }
  }

  #begin(input: SubmitInput, now: Millis, out: Out): void {
    const { client, tag, spec } = input
    const known = this.#submissions.knownOf(input)
    if (known) {
      this.#onSubmitAgain(known, client, tag, now, out)
      return
    }
    const { id, custodians, refused } = this.#choosing.choose(input)
    if (refused) {
      out.push({ type: 'refused', client, tag, ...refused })
      return
    }
    const submittedWallMs = Math.round(this.#wallOffset + now)
    const version = firstVersion(custodians)
    const record: TaskRecord = { id, spec, origin: this.#self, submittedWallMs, custodians, version }
    this.#storing.begin(record, { client, tag }, now, out)
  }

  /** A key that is under way here is submitted again: it is the same task (G5). */
  #onSubmitAgain(submission: Submission, client: number, tag: number, now: Millis, out: Out): void {
    const { watchersMax } = this.#config
    if (submission.submitters.length >= watchersMax || submission.clients.length >= watchersMax) {
      const message = `${watchersMax} clients wait for this task already; watch it instead`
      out.push({ type: 'refused', client, tag, code: 'too-many-clients', message })
      return
    }
    this.#submissions.addClient(submission, client)
    if (submission.storing) this.#storing.onWaitAgain(submission, { client, tag }, now, out)
    else out.push({ type: 'accepted', client, tag, task: submission.record.id })
  }

  /** The custodians of this submit, if it is under way, or those that it would get now. Undefined: it would be refused. */
  custodiansOf(submit: Choice): readonly PeerId[] | undefined {
    const known = this.#submissions.knownOf(submit)
    if (known) return known.record.custodians
    const { custodians, refused } = this.#choosing.choose(submit)
    return refused || this.#whyFull() ? undefined : custodians
  }

  /** Why the client had better make another key, if not all custodians that this one leads to can be reached. */
  whyUnlucky(submit: Choice): Refused | undefined {
    return this.#submissions.knownOf(submit) ? undefined : this.#choosing.whyUnlucky(submit)
  }

  #whyFull(): Refused | undefined {
    if (this.#submissions.size + this.#queued.size < this.#config.submitsMax) return undefined
    const message = `clients of this peer wait for ${this.#config.submitsMax} tasks already; submit to another peer, or later`
    return { code: 'too-many-tasks', message }
  }

  // ---- answers of custodians

  #onMessage(from: PeerId, message: SubmitterMessage, now: Millis, out: Out): void {
    switch (message.t) {
      case 'stored':
      case 'already':
      case 'unstored':
        this.#storing.onAnswer(from, message, now, out)
        break
      case 'chosen':
        if (message.decree?.kind === 'outcome') this.#following.onOutcome(message.task, message.decree.outcome, out)
        break
      case 'moved':
        this.#following.onMoved(from, message)
        break
      case 'unknown':
        this.#following.onUnknown(from, message.tasks, now, out)
        break
    }
  }

  // ---- time

  #onWake(now: Millis, out: Out): void {
    const { due } = this.#submissions
    for (let task = due.popDue(now); task !== undefined; task = due.popDue(now)) {
      const submission = this.#submissions.get(task)
      if (!submission) continue
      if (submission.storing) this.#storing.onNoAnswer(submission, now, out)
      else this.#following.queueAsk(submission, now)
    }
    this.#following.flush(out)
    for (let late = this.#queued.shiftOverdue(now); late; late = this.#queued.shiftOverdue(now)) {
      const { client, tag } = late
      const message = `${this.#queued.size + 1} submits wait at this peer until others are stored; nothing has happened for this one: submit it again`
      out.push({ type: 'refused', client, tag, code: 'busy', message })
    }
  }
}
