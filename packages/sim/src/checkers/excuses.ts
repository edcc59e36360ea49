import type { TaskId } from '@souk/wire'
import type { Fault } from '../faults/fault.ts'
import type { Watch } from '../watch.ts'

/** What no protocol can keep apart: runs of a frozen peer, and tasks whose batons a liar made up. They are counted. */
export class Excuses implements Watch {
  /** something was frozen */
  paused = false
  readonly #forged = new Set<TaskId>()
  readonly #rolledBack = new Set<number>()

  onFault(fault: Fault): void {
    if (fault.kind === 'freeze') this.paused = true
    if (fault.kind === 'rollback') this.#rolledBack.add(fault.node)
  }

  onForged(task: TaskId): void {
    this.#forged.add(task)
  }

  forged(task: TaskId): boolean {
    return this.#forged.has(task)
  }

  /** Its disk went back in time: what is on it may fall; what it says may not. */
  rolledBack(node: number): boolean {
    return this.#rolledBack.has(node)
  }
}
