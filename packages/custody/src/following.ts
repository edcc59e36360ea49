import type { Millis } from '@souk/kernel'
import { limits, type MessageOf, type Outcome, type PeerId, type TaskId } from '@souk/wire'
import type { Choosing } from './choosing.ts'
import type { CustodyConfig } from './config.ts'
import { majority } from './quorum.ts'
import type { Submission } from './submission.ts'
import type { Submissions } from './submissions.ts'
import type { SubmitterEffect } from './submitter-io.ts'
import { versionNumber } from './version.ts'

type Out = SubmitterEffect[]

/** An accepted submit until its clients know its outcome: its custodians say it, or are asked by and by. */
export class Following {
  readonly #config: CustodyConfig
  readonly #submissions: Submissions
  readonly #choosing: Choosing
  /** what to ask of whom, until the end of the step */
  readonly #asks = new Map<PeerId, TaskId[]>()

  constructor(config: CustodyConfig, submissions: Submissions, choosing: Choosing) {
    this.#config = config
    this.#submissions = submissions
    this.#choosing = choosing
  }

  /** Others keep it: in a later version, or as another submit of its key chose them, once those asked point there. */
  onMoved(from: PeerId, { task, version, custodians }: MessageOf<'moved'>): void {
    const submission = this.#submissions.get(task)
    if (!submission) return
    const { record, storing } = submission
    const later = versionNumber(version) > versionNumber(record.version)
    if (version === record.version || (!later && (storing || !record.custodians.includes(from)))) return
    submission.record = { ...record, version, custodians }
    // Who missed the one before may keep this one.
    submission.unknownBy.clear()
  }

  onOutcome(task: TaskId, outcome: Outcome, out: Out): void {
    const submission = this.#submissions.get(task)
    if (!submission || submission.storing) return
    out.push({ type: 'outcome', task, outcome, clients: submission.clients })
    this.#submissions.end(task)
  }

  /** A custodian has forgotten these. Where all that can be asked have, nobody will ever say how it ended. */
  onUnknown(from: PeerId, tasks: readonly TaskId[], now: Millis, out: Out): void {
    for (const task of tasks) {
      const submission = this.#submissions.get(task)
      if (!submission || submission.storing || !submission.record.custodians.includes(from)) continue
      const { record, unknownBy, ballot } = submission
      unknownBy.add(from)
      const { custodians, submittedWallMs: endedWallMs } = record
      const all = custodians.every((peer) => unknownBy.has(peer) || !this.#choosing.canReach(peer))
      if (!all || unknownBy.size < majority(custodians.length)) {
        // It may only have missed the task: another one is asked at once, not after the pause for who is silent.
        if (!all) this.#submissions.due.set(task, now)
        continue
      }
      const message = 'its custodians have forgotten it: how it ended was kept for as long as they had room'
      this.onOutcome(task, { kind: 'lost', code: 'forgotten', message, ballot, attempts: [], endedWallMs }, out)
    }
  }

  /** One of its custodians that can be reached, another one each time; who has said that it knows nothing comes last. */
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

  /** Says what was queued, in as few messages as may be. */
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
