import { type Ballot, compareBallots, type MessageOf, type PeerId, type TaskId } from '@souk/wire'

/** The version and ballot under which a bearer holds a task. */
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
 * Per bearer the tasks of this custodian that it says it holds, kept up to date by the changes in its renewals. A task that
 * was refused stays in the set until its bearer takes it back: an answer may be lost, and the next must refuse it, too.
 */
export class HeldSets {
  readonly #sets = new Map<PeerId, HeldSet>()
  readonly #limit: number

  /** `limit`: most tasks of one bearer; nobody holds more tasks of this custodian than it keeps. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Applies a renewal; the set after it. Undefined: its base is not known here, or it is too much: all must be said anew. */
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

  /** The bearer no longer holds the task under this ballot; what it holds under another one stays. */
  drop(from: PeerId, { task, ballot }: { task: TaskId; ballot: Ballot }): void {
    const tasks = this.#sets.get(from)?.tasks
    const held = tasks?.get(task)
    if (held && compareBallots(held.ballot, ballot) === 0) tasks!.delete(task)
  }

  /** Drops the whole set, so that the bearer has to say it anew: that life is over, or too much of it was refused. */
  forget(from: PeerId): void {
    this.#sets.delete(from)
  }
}
