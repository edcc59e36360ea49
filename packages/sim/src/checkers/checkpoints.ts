import type { RunOrder } from '@souk/peer'
import { type Ballot, ballotText, compareBallots, type TaskId } from '@souk/wire'
import { doneMsOf } from '../checkpoint-draws.ts'
import type { Run } from '../executor.ts'
import type { SimNode } from '../node.ts'
import type { Violations } from '../violation.ts'
import type { RunEnd, Watch } from '../watch.ts'
import type { Excuses } from './excuses.ts'

/** I17: a run goes on only from what a run of its own task has left, on that host, under an older ballot. */
export class CheckpointsChecker implements Watch {
  /** runs that went on from a checkpoint */
  resumed = 0
  readonly #violations: Violations
  readonly #excuses: Excuses
  readonly #left = new Map<TaskId, { ballot: Ballot; host: string; doneMs: number }[]>()

  constructor(violations: Violations, excuses: Excuses) {
    this.#violations = violations
    this.#excuses = excuses
  }

  onRunEnd(node: SimNode, { order, leaves }: Run, end: RunEnd): void {
    if (end !== 'stopped' || !leaves) return
    const { task, ballot } = order
    const left = { ballot, host: node.id, doneMs: leaves.blob.sizeBytes }
    this.#left.set(task, [...(this.#left.get(task) ?? []), left])
  }

  onRun(node: SimNode, { task, ballot, checkpoint }: RunOrder, now: number): void {
    if (!checkpoint) return
    this.resumed++
    const doneMs = doneMsOf(checkpoint)
    const known = this.#left.get(task)?.some((left) => {
      return left.host === checkpoint.host && left.doneMs === doneMs && compareBallots(left.ballot, ballot) < 0
    })
    if (known || this.#excuses.forged(task)) return
    const detail = `${node.id} goes on with ${task} under ${ballotText(ballot)} at ${doneMs} ms, where no run at ${checkpoint.host} left off before`
    this.#violations.safety('I17', now, detail)
  }
}
