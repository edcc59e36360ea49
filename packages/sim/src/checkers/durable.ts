import type { Reply, RunOrder } from '@souk/peer'
import { compareBallots, type Frame, type TaskId } from '@souk/wire'
import type { SimNode } from '../node.ts'
import type { Violations } from '../violation.ts'
import type { Watch } from '../watch.ts'
import type { Configurations } from './configurations.ts'
import type { Disks } from './disks.ts'
import type { Excuses } from './excuses.ts'
import { versionNumber } from './stored-view.ts'

/** A lost disk's tasks are on a majority again after so long: its peer is dead for 10 s, then copies by rank. */
const repairMs = 40_000

/**
 * I2: whatever somebody may rely on is on disk by then. An accepted task is on the disks of a majority of its
 * custodians when its client hears so, and so it is when it first runs; a custodian that says that it accepted an
 * outcome has it on its own. At the end of a run every accepted task is still on a majority, or on what is left of one
 * where a disk was lost a moment ago.
 */
export class DurableChecker implements Watch {
  readonly #violations: Violations
  readonly #disks: Disks
  readonly #excuses: Excuses
  readonly #configurations: Configurations
  readonly #accepted = new Set<TaskId>()

  constructor(violations: Violations, disks: Disks, excuses: Excuses, configurations: Configurations) {
    this.#violations = violations
    this.#disks = disks
    this.#excuses = excuses
    this.#configurations = configurations
  }

  onReply(node: SimNode, _client: number, reply: Reply, now: number): void {
    if (reply.type !== 'accepted' || this.#configurations.durabilityOf(reply.task) === 'none') return
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
      if (this.#configurations.durabilityOf(task) === 'none') continue
      const vote = this.#disks.vote(from.id, task)
      // It accepted the next set, and keeps that version by now.
      if (vote !== undefined && versionNumber(vote.version) > versionNumber(message.version)) continue
      const accepted = vote?.accepted
      // Of a closed one it has the outcome that was chosen, under whichever ballot it heard that.
      if (accepted !== undefined && (compareBallots(accepted.ballot, ballot) >= 0 || this.#disks.closed(from.id, task)))
        continue
      this.#violations.safety('I2', now, `${from.id} says that it accepted an outcome of ${task}, not on its disk`)
    }
  }

  onEnd(_nodes: readonly SimNode[], _open: readonly TaskId[], now: number): void {
    for (const task of this.#accepted) {
      if (!this.#disks.durable(task, now - repairMs)) this.#notDurable(task, 'the run is over', now)
    }
  }

  #notDurable(task: TaskId, when: string, now: number): void {
    if (this.#configurations.excused(task)) return
    const { custodians = [], holders = [] } = this.#disks.custody(task) ?? {}
    const where = `on ${holders.length} of ${custodians.length} disks`
    this.#violations.safety('I2', now, `accepted task ${task} is ${where} when ${when}`)
  }
}
