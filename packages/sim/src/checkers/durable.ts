import type { Reply, RunOrder } from '@souk/peer'
import { compareBallots, type Frame, type TaskId } from '@souk/wire'
import type { SimNode } from '../node.ts'
import type { Violations } from '../violation.ts'
import type { Watch } from '../watch.ts'
import type { Disks } from './disks.ts'
import type { Excuses } from './excuses.ts'

/**
 * I2: whatever somebody may rely on is on disk by then. An accepted task is on the disks of a majority of its
 * custodians when its client hears so, and so it is when it first runs; a custodian that says that it accepted an
 * outcome has it on its own. At the end of a run every accepted task is still on a majority, save where most of its
 * custodians have lost their disks.
 */
export class DurableChecker implements Watch {
  readonly #violations: Violations
  readonly #disks: Disks
  readonly #excuses: Excuses
  readonly #accepted = new Set<TaskId>()

  constructor(violations: Violations, disks: Disks, excuses: Excuses) {
    this.#violations = violations
    this.#disks = disks
    this.#excuses = excuses
  }

  onReply(node: SimNode, _client: number, reply: Reply, now: number): void {
    if (reply.type !== 'accepted') return
    this.#accepted.add(reply.task)
    if (!this.#disks.durable(reply.task)) this.#notDurable(reply.task, `${node.id} says it is accepted`, now)
  }

  onRun(node: SimNode, { task, record }: RunOrder, now: number): void {
    if (record.spec.durability === 'none' || this.#excuses.forged(task)) return
    if (!this.#disks.durable(task)) this.#notDurable(task, `${node.id} runs it`, now)
  }

  onFrame(from: SimNode, _to: SimNode, { messages }: Frame, now: number): void {
    for (const message of messages) {
      if (message.t !== 'committed') continue
      const { task, ballot } = message
      const accepted = this.#disks.vote(from.id, task)?.accepted
      if (accepted !== undefined && compareBallots(accepted.ballot, ballot) >= 0) continue
      this.#violations.safety('I2', now, `${from.id} says that it accepted an outcome of ${task}, not on its disk`)
    }
  }

  onEnd(_nodes: readonly SimNode[], _open: readonly TaskId[], now: number): void {
    for (const task of this.#accepted) {
      if (!this.#disks.durable(task)) this.#notDurable(task, 'the run is over', now)
    }
  }

  #notDurable(task: TaskId, when: string, now: number): void {
    const { custodians = [], holders = [] } = this.#disks.custody(task) ?? {}
    if (custodians.length > 1 && this.#disks.lost(custodians).length > (custodians.length - 1) / 2) return
    const where = `on ${holders.length} of ${custodians.length} disks`
    this.#violations.safety('I2', now, `accepted task ${task} is ${where} when ${when}`)
  }
}
