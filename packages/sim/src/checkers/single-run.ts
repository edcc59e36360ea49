import type { RunOrder, TraceEvent } from '@souk/peer'
import type { TaskId } from '@souk/wire'
import type { Run } from '../executor.ts'
import type { SimNode } from '../node.ts'
import type { Violations } from '../violation.ts'
import type { Watch } from '../watch.ts'
import type { Configurations } from './configurations.ts'
import type { Excuses } from './excuses.ts'

/**
 * I5: no task runs at two peers at once, nor at all once it has ended (a cancel is confirmed only when the process
 * is gone); where pauses are among the faults it may, and is counted. And where nothing fails at all (`faultless`),
 * nothing is started again save by the caller's own `retries`. A task that starts at most once never is, whatever fails
 * (G3).
 */
export class SingleRunChecker implements Watch {
  /** runs that were under way beside another of their task, or after its end */
  overlaps = 0
  /** runs beyond the first of a task */
  restarts = 0
  readonly #violations: Violations
  readonly #faultless: boolean
  readonly #excuses: Excuses
  readonly #configurations: Configurations
  readonly #running = new Map<TaskId, SimNode[]>()
  readonly #starts = new Map<TaskId, number>()
  readonly #closed = new Set<TaskId>()

  constructor(violations: Violations, excuses: Excuses, configurations: Configurations, faultless: boolean) {
    this.#excuses = excuses
    this.#configurations = configurations
    this.#violations = violations
    this.#faultless = faultless
  }

  onRun(node: SimNode, order: RunOrder, now: number): void {
    const { task } = order
    // A second run that its bearer asked for is no second start: it has its own rules (I18).
    if (order.backup) return
    const starts = (this.#starts.get(order.task) ?? 0) + 1
    this.#starts.set(order.task, starts)
    if (starts > 1) this.restarts++
    this.#checkAtMostOnce(node, order, starts, now)
    if (this.#faultless && starts > 1 + order.record.spec.retries) {
      this.#violations.safety('I5', now, `${node.id} starts ${order.task} for the ${starts}th time, and nothing failed`)
    }
    if (this.#closed.has(order.task))
      this.#onOverlap(task, [node], now, `${node.id} starts ${order.task}, which has ended`)
    const others = this.#running.get(order.task) ?? []
    if (others.length > 0)
      this.#onOverlap(task, [node, ...others], now, `${node.id} starts ${order.task} while it runs at ${idsOf(others)}`)
    this.#running.set(order.task, [...others, node])
  }

  onRunEnd(node: SimNode, { order }: Run): void {
    if (order.backup) return
    const others = this.#running.get(order.task)
    if (others === undefined) return
    const at = others.indexOf(node)
    const left = others.filter((_, index) => index !== at)
    if (left.length === 0) this.#running.delete(order.task)
    else this.#running.set(order.task, left)
  }

  onTrace(node: SimNode, event: TraceEvent, now: number): void {
    if (event.type !== 'task.closed') return
    const { task } = event
    this.#closed.add(task)
    const running = this.#running.get(event.task)
    if (running === undefined) return
    this.#onOverlap(
      task,
      [node, ...running],
      now,
      `${node.id} closes ${event.task} as ${event.kind} while it runs at ${idsOf(running)}`,
    )
  }

  /** Only a run that failed by itself may be followed by another, where the caller asked for `retries`. */
  #checkAtMostOnce(node: SimNode, { task, record }: RunOrder, starts: number, now: number): void {
    const { spec } = record
    if (spec.starts !== 'at-most-once' || starts <= 1 + spec.retries) return
    if (this.#excuses.forged(task) || this.#configurations.excused(task)) return
    const detail = `${node.id} starts ${task} for the ${starts}th time, which must start at most once`
    this.#violations.safety('G3', now, detail)
  }

  #onOverlap(task: TaskId, nodes: readonly SimNode[], now: number, detail: string): void {
    this.overlaps++
    if (this.#excuses.paused(nodes, now) || this.#excuses.forged(task) || this.#configurations.excused(task)) return
    this.#violations.safety('I5', now, detail)
  }
}

function idsOf(nodes: readonly SimNode[]): string {
  return nodes.map(({ id }) => id).join(', ')
}
