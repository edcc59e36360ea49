import type { Reply } from '@souk/peer'
import type { TaskId } from '@souk/wire'
import type { SimNode } from '../node.ts'
import type { Violations } from '../violation.ts'
import type { Watch } from '../watch.ts'
import type { Configurations } from './configurations.ts'

/**
 * I2, I13: what was accepted has an outcome, or is still known where it must be. A task that is known but does
 * not end once faults have stopped breaks liveness; one that nobody knows any more is lost.
 */
export class NoneLostChecker implements Watch {
  readonly #violations: Violations
  readonly #configurations: Configurations
  readonly #accepted = new Set<TaskId>()
  /** accepted tasks that their origin, when asked, did not know */
  readonly #unknown = new Set<TaskId>()

  constructor(violations: Violations, configurations: Configurations) {
    this.#violations = violations
    this.#configurations = configurations
  }

  onReply(_node: SimNode, _client: number, reply: Reply): void {
    if (reply.type === 'accepted') this.#accepted.add(reply.task)
    if (reply.type !== 'view') return
    if (reply.view !== undefined) this.#unknown.delete(reply.task)
    else if (reply.reachable) this.#unknown.add(reply.task)
  }

  onEnd(_nodes: readonly SimNode[], open: readonly TaskId[], now: number): void {
    for (const task of open) {
      if (!this.#accepted.has(task) || this.#configurations.excused(task)) continue
      if (this.#unknown.has(task)) this.#violations.safety('I2', now, `accepted task ${task} is known to nobody`)
      else this.#violations.add('liveness', 'I13', now, `accepted task ${task} did not end after the faults stopped`)
    }
  }
}
