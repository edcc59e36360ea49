import { Deadlines } from '@souk/kernel'
import { drawsMax, type TaskId, taskIdOf } from '@souk/wire'
import type { Choice } from './choosing.ts'
import type { Submission } from './submission.ts'

/** The submits that clients of this peer wait for, who those are, and when each has to be looked at again. */
export class Submissions {
  /** storing: until when; then when to ask what became of it */
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

  /** One that is under way already, under any id that this key may lead to. */
  knownOf(submit: Pick<Choice, 'nonce' | 'drawable' | 'spec'>): Submission | undefined {
    for (let draw = 0; draw < (submit.drawable ? drawsMax : 1); draw++) {
      const known = this.#submissions.get(taskIdOf(submit, draw))
      if (known) return known
    }
    return undefined
  }

  /** Who waits for it from now on. */
  addClient(submission: Submission, client: number): void {
    if (!submission.clients.includes(client)) submission.clients.push(client)
    this.#clients.add(client)
  }

  /** Most clients that go never waited for anything, and then no task has to be looked at. */
  onGone(client: number): void {
    if (!this.#clients.delete(client)) return
    for (const [task, submission] of this.#submissions) {
      if (!submission.clients.includes(client)) continue
      submission.clients = submission.clients.filter((c) => c !== client)
      if (submission.clients.length === 0 && !submission.storing) this.end(task)
    }
  }

  /** Nobody waits for it here any more. */
  end(task: TaskId): void {
    this.#submissions.delete(task)
    this.due.delete(task)
  }
}
