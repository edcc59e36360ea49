import { BoundedMap, type Millis } from '@souk/kernel'
import {
  type Ballot,
  compareBallots,
  type Incarnation,
  type MessageOf,
  majority,
  nextCounter,
  type PeerId,
  type TaskId,
  type TaskRecord,
} from '@souk/wire'
import type { CustodyConfig } from './config.ts'
import { OtherSets } from './other-sets.ts'
import { StoringWindow } from './storing-window.ts'
import type { Submission, Submitter } from './submission.ts'
import type { Submissions } from './submissions.ts'
import type { SubmitterEffect } from './submitter-io.ts'
import { versionNumber } from './version.ts'

type Out = SubmitterEffect[]

/**
 * A submit until its clients know whether it is accepted: its custodians get the record, and their answers decide (G1).
 * This peer bears the task only if a majority answered STORED to its own ballot. `Submitter` calls it.
 */
export class Storing {
  readonly #config: CustodyConfig
  readonly #self: PeerId
  readonly #submissions: Submissions
  /** the ballot counter last used for a task: a second submit of it goes under a ballot of its own */
  readonly #counters: BoundedMap<TaskId, number>
  /** the highest counter that #counters has forgotten: tasks not in there begin above it */
  #floor = 0
  /** counters of submits that were given up: a custodian that stores one late is told to drop it */
  readonly #givenUp: BoundedMap<TaskId, number>
  /** submits whose clients have no answer yet: these fill the window */
  readonly #underWay = new Set<TaskId>()
  readonly #window = new StoringWindow()
  #incarnation: Incarnation = 0

  constructor(config: CustodyConfig, self: PeerId, submissions: Submissions) {
    this.#config = config
    this.#self = self
    this.#submissions = submissions
    this.#counters = new BoundedMap(config.batonMemoryMax)
    this.#givenUp = new BoundedMap(config.batonMemoryMax)
  }

  start(incarnation: Incarnation): void {
    this.#incarnation = incarnation
  }

  /** Whether as many are under way as can be stored in time. */
  get full(): boolean {
    return this.#underWay.size >= this.#window.size
  }

  /** Sends the record to its custodians, and gives this peer's bearer the baton, which leaves only once it is durable. */
  begin(record: TaskRecord, submitter: Submitter, now: Millis, out: Out): void {
    const { id } = record
    const counter = nextCounter(this.#counters.get(id) ?? this.#floor, 'origin')
    // The counter of a forgotten task becomes the floor of all others: no peer uses a counter twice for a task.
    const forgotten = this.#counters.push(id, counter)
    if (forgotten) this.#floor = Math.max(this.#floor, forgotten[1])
    // A custodian that stores the try before late is not told to drop it any more: it counts for this one, by ALREADY.
    this.#givenUp.delete(id)
    const ballot: Ballot = { counter, peer: this.#self, incarnation: this.#incarnation }
    const submission: Submission = {
      record,
      ballot,
      storing: true,
      bearing: true,
      stored: new Set(),
      already: new Set(),
      others: new OtherSets(),
      unstored: new Map(),
      unknownBy: new Set(),
      submitters: [submitter],
      clients: [],
      asked: 0,
      sinceMs: now,
    }
    this.#submissions.addClient(submission, submitter.client)
    this.#submissions.add(submission)
    this.#underWay.add(id)
    this.#submissions.due.set(id, now + this.#config.submitMs)
    for (const to of record.custodians) this.#sendStore(submission, to, out)
    out.push({ type: 'bear', record, ballot, attempts: [], leasedMs: now, durable: false })
  }

  /** The key again, before a majority answered. If all clients so far heard `unknown`, silent custodians are asked anew. */
  onWaitAgain(submission: Submission, submitter: Submitter, now: Millis, out: Out): void {
    const { record, stored, already, unstored, others, submitters } = submission
    const asked = submitters.length > 0
    submitters.push(submitter)
    if (asked) return
    submission.sinceMs = now
    this.#underWay.add(record.id)
    this.#submissions.due.set(record.id, now + this.#config.submitMs)
    const silent = record.custodians.filter((to) => !stored.has(to) && !already.has(to) && !unstored.has(to))
    for (const to of new Set([...silent, ...others.silent()])) this.#sendStore(submission, to, out)
  }

  #sendStore({ record, ballot }: Submission, to: PeerId, out: Out): void {
    out.push({ type: 'send', to, message: { t: 'store', record, ballot, attempts: [] } })
  }

  // ---- answers of custodians

  /** A custodian's answer to STORE; those to earlier submits of the key only lead to a DROP, if to anything. */
  onAnswer(from: PeerId, message: MessageOf<'stored' | 'already' | 'unstored'>, now: Millis, out: Out): void {
    const { task, version, ballot } = message
    const submission = this.#submissions.get(task)
    const ours = submission && compareBallots(submission.ballot, ballot) === 0
    if (!ours || !submission.storing) {
      // The submit with this counter was given up: a custodian that stored it only now has to drop it.
      const own = ballot.peer === this.#self && ballot.incarnation === this.#incarnation && versionNumber(version) === 1
      if (own && message.t === 'stored' && this.#givenUp.get(task) === ballot.counter)
        out.push({ type: 'send', to: from, message: { t: 'drop', task, version, ballot } })
      return
    }
    const own = submission.record.custodians.includes(from)
    if (message.t === 'already' && (own || submission.others.includes(from)))
      this.#noteKnown(submission, from, message, out)
    else if (!own) return
    else if (message.t === 'stored') submission.stored.add(from)
    else if (message.t === 'unstored') submission.unstored.set(from, { code: message.code, message: message.message })
    this.#decide(submission, now, out)
  }

  /**
   * ALREADY: a custodian knew the task, in this version or with the custodians that an earlier submit of the key chose. A
   * counter of 0 is a pointer's, which has promised nothing: its sender knows of that set and does not keep the task.
   */
  #noteKnown(submission: Submission, from: PeerId, { known, promised }: MessageOf<'already'>, out: Out): void {
    const { record, others } = submission
    if (known.version === record.version) {
      if (record.custodians.includes(from)) submission.already.add(from)
    } else if (others.note(from, known, promised.counter > 0)) {
      // A new set: those of it that are not of ours are asked, too, or it might never be known to have a majority.
      for (const to of others.silent()) if (!record.custodians.includes(to)) this.#sendStore(submission, to, out)
    }
  }

  /**
   * No majority has answered in time: the clients hear `unknown`. The submit lingers for `lingerMs`: where all is slow the
   * answers come yet, and a client that repeats the key finds them instead of beginning anew.
   */
  onNoAnswer(submission: Submission, now: Millis, out: Out): void {
    const { record, stored, already, submitters } = submission
    const has = stored.size + already.size
    const message =
      `${has} of this task's ${record.custodians.length} custodians answered within ${this.#config.submitMs} ms, ` +
      `${majority(record.custodians.length)} are needed; it may or may not run: submit it again with the same key`
    if (submitters.length === 0) {
      this.#refuse(submission, 'unknown', message, now, out)
      return
    }
    this.#answered(submission, now)
    for (const { client, tag } of submitters) out.push({ type: 'refused', client, tag, code: 'unknown', message })
    const told = new Set(submitters.map(({ client }) => client))
    submission.clients = submission.clients.filter((client) => !told.has(client))
    submission.submitters = []
    this.#submissions.due.set(record.id, now + this.#config.lingerMs)
  }

  /** Whether the submit is accepted, refused or neither yet, and whether this peer bears the task. */
  #decide(submission: Submission, now: Millis, out: Out): void {
    const { record, stored, already, unstored, others } = submission
    const { length } = record.custodians
    const need = majority(length)
    // An earlier submit of the key chose other custodians: this one is accepted once such a set is known to stand.
    if (others.size > 0) {
      this.#void(submission, out)
      if (others.standing) this.#accept(submission, now, out)
      return
    }
    if (submission.bearing && stored.size >= need) {
      submission.bearing = false
      out.push({ type: 'durable', task: record.id })
    }
    // A majority only together with ALREADYs: accepted as well, but custodians recover the task, this peer does not bear it.
    if (stored.size + already.size >= need) this.#accept(submission, now, out)
    else if (length - unstored.size < need) {
      const [why] = unstored.values()
      this.#refuse(submission, why!.code, why!.message, now, out)
    }
  }

  #accept(submission: Submission, now: Millis, out: Out): void {
    const task = submission.record.id
    submission.storing = false
    this.#answered(submission, now)
    this.#void(submission, out)
    for (const { client, tag } of submission.submitters) out.push({ type: 'accepted', client, tag, task })
    submission.submitters = []
    // Other custodians keep it, as an earlier submit of the key chose them: ours are told to forget it.
    const other = submission.others.standing
    if (other) {
      this.#forgetTry(submission, out)
      submission.record = { ...submission.record, ...other }
    }
    if (submission.clients.length === 0) {
      this.#submissions.end(task)
      return
    }
    // Known before, so it may have ended already: its outcome is asked for at once.
    const askMs = submission.already.size > 0 || other ? 0 : this.#config.followMs
    this.#submissions.due.set(task, now + askMs)
  }

  #refuse(submission: Submission, code: string, message: string, now: Millis, out: Out): void {
    const { record } = submission
    this.#answered(submission, now)
    this.#void(submission, out)
    this.#forgetTry(submission, out)
    for (const { client, tag } of submission.submitters) out.push({ type: 'refused', client, tag, code, message })
    this.#submissions.end(record.id)
  }

  #answered({ record, sinceMs }: Submission, now: Millis): void {
    const { size } = this.#underWay
    if (this.#underWay.delete(record.id)) this.#window.onAnswered(now - sinceMs, size, now)
  }

  /** Tells custodians that stored this submit to drop it, and notes it for those that answer late. */
  #forgetTry({ record, ballot, stored }: Submission, out: Out): void {
    this.#givenUp.push(record.id, ballot.counter)
    const vote = { task: record.id, version: record.version, ballot }
    for (const to of stored) out.push({ type: 'send', to, message: { t: 'drop', ...vote } })
  }

  #void(submission: Submission, out: Out): void {
    if (!submission.bearing) return
    submission.bearing = false
    out.push({ type: 'void', task: submission.record.id, ballot: submission.ballot })
  }
}
