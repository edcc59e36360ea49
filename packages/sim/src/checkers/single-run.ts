import type { RunOrder } from '@souk/peer'
import type { TaskId } from '@souk/wire'
import type { Run } from '../executor.ts'
import type { Fault } from '../faults.ts'
import type { SimNode } from '../node.ts'
import type { Violations } from '../violation.ts'
import type { Watch } from '../watch.ts'

/**
 * I5: no task runs at two peers at once; where pauses are among the faults it may, and is counted. And where
 * nothing fails at all (`faultless`), nothing is started again save by the caller's own `retries`.
 */
export class SingleRunChecker implements Watch {
  /** runs that began while another of the same task was under way */
  overlaps = 0
  /** runs beyond the first of a task */
  restarts = 0
  readonly #violations: Violations
  readonly #faultless: boolean
  #paused = false
  readonly #running = new Map<TaskId, SimNode[]>()
  readonly #starts = new Map<TaskId, number>()

  constructor(violations: Violations, faultless: boolean) {
    this.#violations = violations
    this.#faultless = faultless
  }

  onFault(fault: Fault): void {
    if (fault.kind === 'freeze') this.#paused = true
  }

  onRun(node: SimNode, order: RunOrder, now: number): void {
    const starts = (this.#starts.get(order.task) ?? 0) + 1
    this.#starts.set(order.task, starts)
    if (starts > 1) this.restarts++
    if (this.#faultless && starts > 1 + order.record.spec.retries) {
      this.#violations.safety('I5', now, `${node.id} starts ${order.task} for the ${starts}th time, and nothing failed`)
    }
    const others = this.#running.get(order.task) ?? []
    if (others.length > 0) this.#onOverlap(node, others, order, now)
    this.#running.set(order.task, [...others, node])
  }

  onRunEnd(node: SimNode, { order }: Run): void {
    const others = this.#running.get(order.task)
    if (others === undefined) return
    const at = others.indexOf(node)
    const left = others.filter((_, index) => index !== at)
    if (left.length === 0) this.#running.delete(order.task)
    else this.#running.set(order.task, left)
  }

  #onOverlap(node: SimNode, others: readonly SimNode[], order: RunOrder, now: number): void {
    this.overlaps++
    if (this.#paused) return
    const where = others.map(({ id }) => id).join(', ')
    this.#violations.safety('I5', now, `${node.id} starts ${order.task} while it runs at ${where}`)
  }
}
