import type { PeerInput, RunOrder } from '@souk/peer'
import { type Ballot, ballotText, compareBallots, type TaskId, taskId } from '@souk/wire'
import type { SimNode } from '../node.ts'
import type { Violations } from '../violation.ts'
import type { Watch } from '../watch.ts'

/** An id may be drawn again; its last character says how often. */
const withoutDraw = (task: TaskId): string => task.slice(0, -1)

/**
 * I18: a second run is of a task that may run twice, begun where a first one has begun elsewhere under the same ballot. That
 * nothing of it is left in the end is seen with all else that a host runs (I13).
 */
export class BackupsChecker implements Watch {
  /** second runs that were begun */
  begun = 0
  readonly #violations: Violations
  /** tasks whose clients said so */
  readonly #idempotent = new Set<string>()
  /** under which ballot the first runs of a task began, and where */
  readonly #first = new Map<TaskId, { ballot: Ballot; at: SimNode }[]>()

  constructor(violations: Violations) {
    this.#violations = violations
  }

  onSubmit(_node: SimNode, { tasks }: Extract<PeerInput, { type: 'submit' }>): void {
    for (const { nonce, spec } of tasks) if (spec.idempotent) this.#idempotent.add(withoutDraw(taskId(nonce)))
  }

  onRun(node: SimNode, { task, ballot, backup }: RunOrder, now: number): void {
    if (!backup) {
      this.#first.set(task, [...(this.#first.get(task) ?? []), { ballot, at: node }])
      return
    }
    this.begun++
    // The last: a liar gives out a baton of its own ballot again, though that run was at itself, and is asked to run beside it.
    const first = this.#first.get(task)?.findLast((run) => compareBallots(run.ballot, ballot) === 0)
    const what = `${node.id} begins a second run of ${task} under ${ballotText(ballot)}`
    if (!this.#idempotent.has(withoutDraw(task)))
      this.#violations.safety('I18', now, `${what}, which may not run twice`)
    if (!first) this.#violations.safety('I18', now, `${what}, where no first one began`)
    else if (first.at === node) this.#violations.safety('I18', now, `${what} beside the first one`)
  }
}
