import type { Millis } from '@souk/kernel'
import { limits, type MessageOf, majority, type Outcome, type PeerId, type TaskId } from '@souk/wire'
import type { Choosing } from './choosing.ts'
import type { CustodyConfig } from './config.ts'
import type { Submission } from './submission.ts'
import type { Submissions } from './submissions.ts'
import type { SubmitterEffect } from './submitter-io.ts'
import { versionNumber } from './version.ts'

type Out = SubmitterEffect[]

/** An accepted submit until its clients know its outcome: its custodians tell it, or are asked for it, should that be lost. */
export class Following {
  readonly #config: CustodyConfig
  readonly #submissions: Submissions
  readonly #choosing: Choosing
  /** tasks to ask of each custodian, until the end of the step */
  readonly #asks = new Map<PeerId, TaskId[]>()

  constructor(config: CustodyConfig, submissions: Submissions, choosing: Choosing) {
    this.#config = config
    this.#submissions = submissions
    this.#choosing = choosing
  }

  /** MOVED: follows the task to a later version, or (told by one of its custodians) to the set of another submit of its key. */
  onMoved(from: PeerId, { task, version, custodians }: MessageOf<'moved'>): void {
    const submission = this.#submissions.get(task)
    if (!submission) return
    const { record, storing } = submission
    const later = versionNumber(version) > versionNumber(record.version)
    if (version === record.version || (!later && (storing || !record.custodians.includes(from)))) return
    submission.record = { ...record, version, custodians }
    // Custodians that did not know the version before may keep this one.
    submission.unknownBy.clear()
  }

  onOutcome(task: TaskId, outcome: Outcome, out: Out): void {
    const submission = this.#submissions.get(task)
    if (!submission || submission.storing) return
    out.push({ type: 'outcome', task, outcome, clients: submission.clients })
    this.#submissions.end(task)
  }

  /** A custodian does not know these tasks. Once no other can be asked, and a majority says so, the outcome is `lost`. */
  onUnknown(from: PeerId, tasks: readonly TaskId[], now: Millis, out: Out): void {
    for (const task of tasks) {
      const submission = this.#submissions.get(task)
      if (!submission || submission.storing || !submission.record.custodians.includes(from)) continue
      const { record, unknownBy, ballot } = submission
      unknownBy.add(from)
      const { custodians, submittedWallMs: endedWallMs } = record
      const all = custodians.every((peer) => unknownBy.has(peer) || !this.#choosing.canReach(peer))
      if (!all || unknownBy.size < majority(custodians.length)) {
        // This one may only have missed the task: the next is asked at once, not after the pause that silence would take.
        if (!all) this.#submissions.due.set(task, now)
        continue
      }
      const message = 'its custodians have forgotten it: how it ended was kept for as long as they had room'
      this.onOutcome(task, { kind: 'lost', code: 'forgotten', message, ballot, attempts: [], endedWallMs }, out)
    }
  }

  /** Asks one custodian that can be reached, another each time; one that did not know the task only if there is no other. */
  queueAsk(submission: Submission, now: Millis): void {
    const { record, asked, unknownBy } = submission
    submission.asked++
    this.#submissions.due.set(record.id, now + this.#config.followMs * Math.min(2 ** asked, 8))
    const reachable = record.custodians.filter((peer) => this.#choosing.canReach(peer))
    const knowing = reachable.filter((peer) => !unknownBy.has(peer))
    const able = knowing.length > 0 ? knowing : reachable
    const to = able[asked % able.length]
    if (to === undefined) return
    const tasks = this.#asks.get(to)
    if (tasks) tasks.push(record.id)
    else this.#asks.set(to, [record.id])
  }

  /** Sends what was queued, in as few messages as possible. */
  flush(out: Out): void {
    for (const [to, tasks] of this.#asks) {
      for (let i = 0; i < tasks.length; i += limits.tasksPerMessageMax) {
        const batch = tasks.slice(i, i + limits.tasksPerMessageMax)
        out.push({ type: 'send', to, message: { t: 'await', tasks: batch } })
      }
    }
    this.#asks.clear()
  }
}
