import type { TaskId } from '@souk/wire'
import type { Fault } from '../faults/fault.ts'
import type { SimNode } from '../node.ts'
import type { Watch } from '../watch.ts'

/** What a frozen peer had under way is over so long after its thaw: two leases, and the way there and back. */
const thawMs = 10_000

/** What no protocol can keep apart: runs of a frozen peer, and tasks whose batons a liar made up. They are counted. */
export class Excuses implements Watch {
  /** by node: when it was last frozen, or will be no more */
  readonly #frozenUntil = new Map<number, number>()
  readonly #forged = new Set<TaskId>()
  readonly #rolledBack = new Set<number>()
  readonly #full = new Set<number>()

  onFault(fault: Fault): void {
    if (fault.kind === 'freeze') this.#frozenUntil.set(fault.node, fault.untilMs)
    if (fault.kind === 'disk-full') this.#full.add(fault.node)
    if (fault.kind === 'rollback') this.#rolledBack.add(fault.node)
  }

  /** One of these was frozen a moment ago: what it still did, or did late, may cross what others do since. */
  paused(nodes: readonly SimNode[], now: number): boolean {
    return nodes.some(({ index }) => now - (this.#frozenUntil.get(index) ?? Number.NEGATIVE_INFINITY) < thawMs)
  }

  onForged(task: TaskId): void {
    this.#forged.add(task)
  }

  forged(task: TaskId): boolean {
    return this.#forged.has(task)
  }

  /** Its disk was full at some time: what it forgot may still be there. */
  wasFull(node: number): boolean {
    return this.#full.has(node)
  }

  /** Its disk went back in time: what is on it may fall; what it says may not. */
  rolledBack(node: number): boolean {
    return this.#rolledBack.has(node)
  }
}
