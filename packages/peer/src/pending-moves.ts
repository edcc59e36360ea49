import { BoundedMap } from '@souk/kernel'
import type { Decision, Move, TaskId } from '@souk/wire'

/** moves remembered at once; the oldest are forgotten first, and their decisions then show no move */
const movesMax = 4_096

/** Why tasks have left their place, until they are placed anew: the reason goes into the decision on their next place. */
export class PendingMoves {
  readonly #moves = new BoundedMap<TaskId, Move>(movesMax)

  note(task: TaskId, move: Move): void {
    this.#moves.push(task, move)
  }

  delete(task: TaskId): void {
    this.#moves.delete(task)
  }

  /** The decision for each of these tasks, with its move if it has one. `placed`: it gives them a place, so moves end. */
  apply(tasks: readonly TaskId[], decision: Decision, placed: boolean): { tasks: TaskId[]; decision: Decision }[] {
    const plain: TaskId[] = []
    const moved = new Map<Move, TaskId[]>()
    for (const task of tasks) {
      const move = this.#moves.get(task)
      if (placed) this.#moves.delete(task)
      if (!move || decision.move) plain.push(task)
      else moved.set(move, [...(moved.get(move) ?? []), task])
    }
    const told = [...moved].map(([move, some]) => ({ tasks: some, decision: { ...decision, move } }))
    return plain.length === 0 ? told : [{ tasks: plain, decision }, ...told]
  }
}
