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

/** What each bearer said that it holds of our tasks, kept by changes. */
export class HeldSets {
  readonly #sets = new Map<PeerId, HeldSet>()

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
    return set.tasks
  }

  /** No longer under this ballot; what its bearer says that it holds under another one stays. */
  drop(from: PeerId, { task, ballot }: { task: TaskId; ballot: Ballot }): void {
    const tasks = this.#sets.get(from)?.tasks
    const held = tasks?.get(task)
    if (held && compareBallots(held.ballot, ballot) === 0) tasks!.delete(task)
  }

  /** That peer's life is over. */
  forget(from: PeerId): void {
    this.#sets.delete(from)
  }
}
