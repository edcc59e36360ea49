import { BoundedMap } from '@souk/kernel'
import type { Decision, Move, TaskId } from '@souk/wire'

/** tasks on the move at once that are remembered; the oldest are forgotten first, and then have no reason to show */
const movesMax = 4_096

/** Why tasks that left their place wait for another, until they have one: it belongs into the decision on that. */
export class PendingMoves {
  readonly #moves = new BoundedMap<TaskId, Move>(movesMax)

  note(task: TaskId, move: Move): void {
    this.#moves.push(task, move)
  }

  delete(task: TaskId): void {
    this.#moves.delete(task)
  }

  /** The decision as it is for each of these tasks; of most it is the same. `placed`: they have a place by it. */
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
