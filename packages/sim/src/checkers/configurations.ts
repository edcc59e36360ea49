import type { PeerInput, Write } from '@souk/peer'
import { type PeerId, type TaskId, type TaskSpec, taskIdOf } from '@souk/wire'
import type { Fault } from '../faults/fault.ts'
import type { SimNode } from '../node.ts'
import type { Violations } from '../violation.ts'
import type { Watch } from '../watch.ts'
import { storedRecords, versionNumber } from './stored-view.ts'

/** One first version of a task, and who had it on disk. */
interface Configuration {
  custodians: readonly PeerId[]
  writtenBy: Set<PeerId>
}

/**
 * What is not promised, task by task, and counted where somebody makes use of it.
 *
 * A key gives the same task while the membership that chose its custodians stands (G5): a submit that is said again
 * after members came or went may begin another configuration of the task, with custodians of its own. While no member
 * came or went there must be only one. A task that only its own peer keeps is undone with that peer's disk, or with
 * the peer where it was not even there.
 */
export class Configurations implements Watch {
  /** tasks for which something was excused: submitted again under other members, or undone with their only peer */
  readonly excusedTasks = { again: new Set<TaskId>(), undone: new Set<TaskId>() }
  readonly #violations: Violations
  readonly #durability = new Map<TaskId, TaskSpec['durability']>()
  /** by host: tasks that only its peer keeps */
  readonly #kept = new Map<number, Map<TaskId, TaskSpec['durability']>>()
  /** and their hosts */
  readonly #keepers = new Map<TaskId, SimNode>()
  readonly #undone = new Set<TaskId>()
  readonly #configurations = new Map<TaskId, Map<number, Configuration>>()
  readonly #split = new Set<TaskId>()
  readonly #members = new Set<PeerId>()
  /** peers that came after the first submit, or went */
  #changes = 0

  constructor(violations: Violations) {
    this.#violations = violations
  }

  durabilityOf(task: TaskId): TaskSpec['durability'] {
    return this.#durability.get(task) ?? 'quorum'
  }

  /** Whether this task may be there twice, or not at all, without a promise being broken. Asking counts. */
  excused(task: TaskId): boolean {
    if (this.undone(task)) return true
    if (!this.#split.has(task)) return false
    this.excusedTasks.again.add(task)
    return true
  }

  /** Whether its only peer lost what it had of it, or has an old image, and so may do and decide again. Asking counts. */
  undone(task: TaskId): boolean {
    if (!this.#undone.has(task)) return false
    this.excusedTasks.undone.add(task)
    return true
  }

  /** Whether nobody can ever choose its outcome: its only peer went for good. Asking counts. */
  orphaned(task: TaskId): boolean {
    const keeper = this.#keepers.get(task)
    // It may have gone for good while it was down: then no crash tells of it.
    if (!keeper?.gone || keeper.alive) return false
    this.excusedTasks.undone.add(task)
    return true
  }

  onStart({ id }: SimNode): void {
    if (this.#members.has(id)) return
    this.#members.add(id)
    if (this.#durability.size > 0) this.#changes++
  }

  onRenew({ index }: SimNode): void {
    this.#changes++
    for (const task of this.#kept.get(index)?.keys() ?? []) this.#undone.add(task)
  }

  /** What an old image still has to do it may do again. Who was removed is no member before it stops. */
  onFault(fault: Fault, began: boolean): void {
    if (fault.kind === 'removal' && began) this.#changes++
    if (fault.kind !== 'rollback' || !began) return
    for (const task of this.#kept.get(fault.node)?.keys() ?? []) this.#undone.add(task)
  }

  onCrash({ index, gone }: SimNode): void {
    if (gone) this.#changes++
    for (const [task, durability] of this.#kept.get(index) ?? []) {
      if (durability === 'none') this.#undone.add(task)
    }
  }

  onSubmit(node: SimNode, { tasks }: Extract<PeerInput, { type: 'submit' }>): void {
    for (const submitted of tasks) {
      const { spec } = submitted
      const task = taskIdOf(submitted)
      this.#durability.set(task, spec.durability)
      if (spec.durability === 'quorum') continue
      const kept = this.#kept.get(node.index) ?? new Map<TaskId, TaskSpec['durability']>()
      this.#kept.set(node.index, kept.set(task, spec.durability))
      this.#keepers.set(task, node)
    }
  }

  onWritten(node: SimNode, writes: readonly Write[], now: number): void {
    for (const { id, version, custodians } of storedRecords(writes)) {
      if (versionNumber(version) !== 1) continue
      const all = this.#configurations.get(id) ?? new Map<number, Configuration>()
      this.#configurations.set(id, all)
      const one = all.get(version) ?? { custodians, writtenBy: new Set<PeerId>() }
      all.set(version, one)
      one.writtenBy.add(node.id)
      if (all.size > 1) this.#onSecond(id, [...all.values()], now)
    }
  }

  /** Twice it is there only where both have a majority. */
  #onSecond(task: TaskId, all: readonly Configuration[], now: number): void {
    const standing = all.filter(({ custodians, writtenBy }) => writtenBy.size > custodians.length / 2)
    if (standing.length < 2 || this.#split.has(task)) return
    this.#split.add(task)
    if (this.#changes > 0) return
    const sets = standing.map(({ custodians }) => custodians.join()).join(' and ')
    this.#violations.safety('G5', now, `${task} has custodians ${sets}, and no member came or went`)
  }
}
