import { Deadlines } from '@souk/kernel'
import { drawsMax, type TaskId, taskIdOf } from '@souk/wire'
import type { Choice } from './choosing.ts'
import type { Submission } from './submission.ts'

/** The submits that clients of this peer wait for, with those clients, and when each has to be looked at again. */
export class Submissions {
  /** storing: when its time to answer, or to linger, is over; then: when to ask custodians for the outcome */
  readonly due = new Deadlines<TaskId>()
  readonly #submissions = new Map<TaskId, Submission>()
  readonly #clients = new Set<number>()

  get size(): number {
    return this.#submissions.size
  }

  all(): Iterable<Submission> {
    return this.#submissions.values()
  }

  get(task: TaskId): Submission | undefined {
    return this.#submissions.get(task)
  }

  add(submission: Submission): void {
    this.#submissions.set(submission.record.id, submission)
  }

  /** The submission of this key that is under way here, under any id that the key may have drawn. */
  knownOf(submit: Pick<Choice, 'nonce' | 'drawable' | 'spec'>): Submission | undefined {
    for (let draw = 0; draw < (submit.drawable ? drawsMax : 1); draw++) {
      const known = this.#submissions.get(taskIdOf(submit, draw))
      if (known) return known
    }
    return undefined
  }

  /** This client waits for the task's outcome from now on. */
  addClient(submission: Submission, client: number): void {
    if (!submission.clients.includes(client)) submission.clients.push(client)
    this.#clients.add(client)
  }

  /** A client has gone. Most never waited for anything: for those no task has to be looked at. */
  onGone(client: number): void {
    if (!this.#clients.delete(client)) return
    for (const [task, submission] of this.#submissions) {
      if (!submission.clients.includes(client)) continue
      submission.clients = submission.clients.filter((c) => c !== client)
      if (submission.clients.length === 0 && !submission.storing) this.end(task)
    }
  }

  /** Nobody waits for the task here any more. */
  end(task: TaskId): void {
    this.#submissions.delete(task)
    this.due.delete(task)
  }
}
