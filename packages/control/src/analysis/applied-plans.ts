import type { AppliedPlan, Balance } from '@souk/client'
import type { MoveResult } from '@souk/peer'
import type { SeenTask } from './seen-task.ts'
import { isWaiting } from './seen-task.ts'
import { quantile } from './waits.ts'

/** What was carried out through this peer last, for whoever asks what came of it. */
export class AppliedPlans {
  #last: { atWallMs: number; tasks: ReadonlySet<string>; told: Omit<AppliedPlan, 'real'> } | undefined

  note(plan: Balance['plan'], results: readonly MoveResult[], atWallMs: number): AppliedPlan {
    const moves = plan.moves.map(({ class: name, from, to, count, code, reason }, i) => {
      const { handed, left } = results[i]!
      return { class: name, from, to, count, code, reason, handed, left }
    })
    const tasks = new Set(plan.moves.flatMap((move) => move.tasks))
    const told = { at: new Date(atWallMs).toISOString(), moves, predicted: plan.moved }
    this.#last = { atWallMs, tasks, told }
    return { ...told, real: realOf([], tasks, atWallMs) }
  }

  /** With what came of it, by what is known of tasks now; undefined: none was carried out here. */
  last(tasks: readonly SeenTask[]): AppliedPlan | undefined {
    if (!this.#last) return undefined
    const { atWallMs, told } = this.#last
    return { ...told, real: realOf(tasks, this.#last.tasks, atWallMs) }
  }
}

/** What is not listed any more ended without a run, or longer ago than is looked back. */
function realOf(seen: readonly SeenTask[], tasks: ReadonlySet<string>, atWallMs: number): AppliedPlan['real'] {
  const of = seen.filter(({ id }) => tasks.has(id))
  const waits = of.flatMap(({ startedWallMs }) => (startedWallMs === undefined ? [] : [startedWallMs - atWallMs]))
  const real = waits.map((ms) => Math.max(0, ms))
  return {
    started: real.length,
    waiting: of.filter((task) => isWaiting(task) && task.startedWallMs === undefined).length,
    meanMs: real.length === 0 ? 0 : Math.round(real.reduce((sum, ms) => sum + ms, 0) / real.length),
    p95Ms: Math.round(quantile(real, 0.95)),
  }
}
