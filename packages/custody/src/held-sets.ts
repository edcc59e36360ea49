import { type Ballot, compareBallots, type MessageOf, type PeerId, type TaskId } from '@souk/wire'

/** Which version of a task, under which ballot. */
export interface HeldTask {
  version: number
  ballot: Ballot
}

interface HeldSet {
  incarnation: number
  seq: number
  tasks: Map<TaskId, HeldTask>
}

/**
 * What each bearer said that it holds of our tasks, kept by changes. What was refused to it stays until it says so no
 * more: the answer may have been lost, and the next one must refuse it too.
 */
export class HeldSets {
  readonly #sets = new Map<PeerId, HeldSet>()
  readonly #limit: number

  /** Of one bearer at most `limit`: nobody holds more of ours than are kept here. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Applies one renewal; what its bearer holds of ours then, or undefined when its base is not what we have, and the bearer must say all from nothing. */
  apply(from: PeerId, renew: MessageOf<'renew'>): ReadonlyMap<TaskId, HeldTask> | undefined {
    let set = this.#sets.get(from)
    if (renew.base === 0) {
      set = { incarnation: renew.incarnation, seq: 0, tasks: new Map() }
      this.#sets.set(from, set)
    }
    if (!set || set.incarnation !== renew.incarnation || set.seq !== renew.base) return undefined
    set.seq = renew.seq
    for (const { task } of renew.removes) set.tasks.delete(task)
    for (const { task, version, ballot } of renew.adds) set.tasks.set(task, { version, ballot })
    if (set.tasks.size <= this.#limit) return set.tasks
    this.#sets.delete(from)
    return undefined
  }

  /** No longer under this ballot; what its bearer says that it holds under another one stays. */
  drop(from: PeerId, { task, ballot }: { task: TaskId; ballot: Ballot }): void {
    const tasks = this.#sets.get(from)?.tasks
    const held = tasks?.get(task)
    if (held && compareBallots(held.ballot, ballot) === 0) tasks!.delete(task)
  }

  /** All of it has to be said again: that peer's life is over, or it said too much that is not so. */
  forget(from: PeerId): void {
    this.#sets.delete(from)
  }
}
