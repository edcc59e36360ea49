import type { RunOrder } from '@souk/peer'
import { type Ballot, ballotText, compareBallots, type TaskId } from '@souk/wire'
import type { Run } from '../executor.ts'
import type { SimNode } from '../node.ts'
import type { Violations } from '../violation.ts'
import type { RunEnd, Watch } from '../watch.ts'
import type { Configurations } from './configurations.ts'
import type { Excuses } from './excuses.ts'

/**
 * I12: every run writes its fence to a register of its task when it begins and when it ends by itself; the register
 * refuses what is lower than it has. A refused write means that an older run was still at it: never so unless
 * something was paused. The outcome may be that of an older run: a value that a custodian accepted is proposed again.
 */
export class FencesChecker implements Watch {
  /** writes that the register refused: the runs that fences are for */
  refused = 0
  readonly #violations: Violations
  readonly #excuses: Excuses
  readonly #configurations: Configurations
  readonly #register = new Map<TaskId, { ballot: Ballot; node: SimNode }>()

  constructor(violations: Violations, excuses: Excuses, configurations: Configurations) {
    this.#violations = violations
    this.#excuses = excuses
    this.#configurations = configurations
  }

  onRun(node: SimNode, { task, ballot, backup }: RunOrder, now: number): void {
    // What may run twice at once has no use for fences.
    if (backup) return
    this.#write(node, task, ballot, 'begins', now)
  }

  onRunEnd(node: SimNode, { order }: Run, end: RunEnd, now: number): void {
    if (end === 'ended' && !order.backup) this.#write(node, order.task, order.ballot, 'ends', now)
  }

  #write(node: SimNode, task: TaskId, ballot: Ballot, what: string, now: number): void {
    const last = this.#register.get(task)
    if (last === undefined || compareBallots(ballot, last.ballot) >= 0) {
      this.#register.set(task, { ballot, node })
      return
    }
    this.refused++
    if (this.#excuses.paused([node, last.node], now) || this.#excuses.forged(task)) return
    if (this.#configurations.excused(task)) return
    const newer = ballotText(last.ballot)
    const detail = `a run of ${task} ${what} at ${node.id} under ${ballotText(ballot)} after ${newer} began`
    this.#violations.safety('I12', now, detail)
  }
}
