import { earliest, type Machine, type Millis } from '@souk/kernel'
import type { PeerId, TaskId } from '@souk/wire'
import type { RebalanceConfig } from './config.ts'
import { analyseLoad } from './load/analyse-load.ts'
import type { LoadFacts } from './load/load-facts.ts'
import type { Strategy } from './load/strategy.ts'
import { MoveBudget } from './move-budget.ts'
import { Pressure, type PressureCause } from './pressure.ts'
import type { PressureReadings } from './pressure-config.ts'
import type { BorneView } from './views.ts'

export type RebalancerInput =
  | { type: 'wake' }
  /** measured by the driver, about every second */
  | { type: 'readings'; readings: PressureReadings }

export type RebalancerEffect =
  | { type: 'pressed'; cause: PressureCause }
  | { type: 'eased'; forMs: Millis }
  /** this run is to end with a checkpoint, from which it goes on elsewhere */
  | { type: 'shedRun'; task: TaskId; memoryBytes: number; code: MoveCode; reason: string }
  /** these tasks leave this host's queue, to be placed anew; `to`: a host with room, if that is why */
  | { type: 'putBack'; tasks: TaskId[]; code: MoveCode; reason: string; to?: PeerId }

/** Why a task was moved. */
export type MoveCode = PressureCause['code'] | 'idle-beside-queue'

/** What a rebalancer may know of its peer. */
export interface RebalanceView {
  /** tasks in the queue of this host; O(1) */
  queued(): number
  borne(): Iterable<BorneView>
  /** tasks queued here for at least `settleMs`, and hosts with room for them by their load stamps */
  facts(settleMs: Millis, now: Millis): LoadFacts
  /** whether another host that takes work and has a free slot could run the task */
  hasRoomElsewhere(task: TaskId, now: Millis): boolean
}

/** How a peer moves work, for people. */
export interface RebalanceState {
  on: boolean
  movesPerMinuteMax: number
  movesLastMinute: number
  /** for this peer's own queue */
  strategy: Strategy
  /** `moved`: runs moved elsewhere since the pressure began */
  pressure?: PressureCause & { forMs: Millis; moved: number }
}

const off: Strategy = { strategy: 'none', code: 'off', reason: 'nothing moves by itself here (--no-rebalance)' }

/**
 * Gives up tasks of this host's queue: those for which other hosts have room, and all that may move while the host is under
 * pressure. If memory stays short with the queue empty, it moves runs that leave checkpoints, one after the other, the largest
 * first. Tasks that wait unplaced with this peer are not its business: hosts with room ask for them (market's WANTED).
 *
 * Invariants: at most movesPerMinuteMax moves in any minute and sweepTasksMax in one look. A run is moved only if it leaves a
 * checkpoint, may start again and another host has room, and only while no other run here is ending. No task is moved that is
 * fixed or told to end, none in the queue that may not move again (I8).
 * Inputs: readings. Effects: tasks put back, runs moved elsewhere, begin and end of pressure.
 */
export class Rebalancer implements Machine<RebalancerInput, RebalancerEffect> {
  readonly #config: RebalanceConfig
  readonly #view: RebalanceView
  readonly #pressure: Pressure
  readonly #budget: MoveBudget
  #lookedMs: Millis = -Infinity
  /** when pressure began, or a run to move was last looked for */
  #shedMs: Millis = 0
  /** runs moved elsewhere since pressure began */
  #moved = 0

  constructor(config: RebalanceConfig, view: RebalanceView) {
    this.#config = config
    this.#view = view
    this.#pressure = new Pressure(config.pressure)
    this.#budget = new MoveBudget(config.movesPerMinuteMax)
  }

  step(input: RebalancerInput, now: Millis, out: RebalancerEffect[]): void {
    const { sinceMs } = this.#pressure
    const changed = input.type === 'readings' ? this.#pressure.note(input.readings, now) : this.#pressure.forget(now)
    if (changed === 'began') {
      out.push({ type: 'pressed', cause: this.#pressure.cause! })
      // The queue is given up at once.
      this.#lookedMs = -Infinity
      this.#shedMs = now
      this.#moved = 0
    }
    if (changed === 'ended') out.push({ type: 'eased', forMs: now - sinceMs! })
    if (now >= (this.#nextLookMs() ?? Infinity)) this.#look(now, out)
    if (now >= (this.#nextShedMs() ?? Infinity)) this.#shedRun(now, out)
  }

  nextWakeup(): Millis | undefined {
    return earliest(this.#nextLookMs(), this.#nextShedMs(), this.#pressure.staleMs)
  }

  /** Why this host takes nothing now; undefined: it is not under pressure. */
  get pressure(): PressureCause | undefined {
    return this.#pressure.cause
  }

  /** Whether one more task may be passed on again; takes it from the budget. */
  mayMoveOne(now: Millis): boolean {
    return this.#config.on && this.#budget.take(now)
  }

  /** The same for a plan that a person carries out, which `on` does not stop. */
  mayMoveAsTold(now: Millis): boolean {
    return this.#budget.take(now)
  }

  state(now: Millis): RebalanceState {
    const { on, movesPerMinuteMax } = this.#config
    const cause = this.#pressure.cause
    return {
      on,
      movesPerMinuteMax,
      movesLastMinute: this.#budget.used(now),
      strategy: on ? this.#decide(now).strategy : off,
      ...(cause ? { pressure: { ...cause, forMs: now - this.#pressure.sinceMs!, moved: this.#moved } } : {}),
    }
  }

  snapshot() {
    return { pressure: this.#pressure.cause }
  }

  /** When the queue is next looked at; undefined: it is empty or rebalancing is off. */
  #nextLookMs(): Millis | undefined {
    if (!this.#config.on || this.#view.queued() === 0) return undefined
    return this.#lookedMs + (this.#pressure.cause ? this.#config.sweepMs : this.#config.lookMs)
  }

  #nextShedMs(): Millis | undefined {
    if (!this.#config.on || this.#pressure.cause?.code !== 'memory-pressure') return undefined
    return this.#shedMs + this.#config.shedRunMs
  }

  /** Moves the largest run, unless tasks in the queue can still go first or a run is ending already and gives memory back. */
  #shedRun(now: Millis, out: RebalancerEffect[]): void {
    this.#shedMs = now
    const runs = [...this.#view.borne()].filter(({ state }) => state === 'running')
    if (runs.some(({ ending }) => ending) || this.#movable().length > 0) return
    const largest = runs
      .filter(({ checkpoints, startsOnce, fixed }) => checkpoints && !startsOnce && !fixed)
      .sort((a, b) => b.memoryBytes - a.memoryBytes || (a.task < b.task ? -1 : 1))
      .find(({ task }) => this.#view.hasRoomElsewhere(task, now))
    if (!largest || !this.#budget.take(now)) return
    this.#moved++
    const { code, detail } = this.#pressure.cause!
    const { task, memoryBytes } = largest
    out.push({ type: 'shedRun', task, memoryBytes, code, reason: detail })
  }

  #look(now: Millis, out: RebalancerEffect[]): void {
    this.#lookedMs = now
    let left = this.#config.sweepTasksMax
    for (const { tasks, ...move } of this.#decide(now).moves) {
      const some = tasks.slice(0, left).filter(() => this.#budget.take(now))
      left -= some.length
      if (some.length > 0) out.push({ type: 'putBack', tasks: some, ...move })
    }
  }

  /** What to do about this host's queue now, and why. */
  #decide(now: Millis): { strategy: Strategy; moves: Omit<Extract<RebalancerEffect, { type: 'putBack' }>, 'type'>[] } {
    const cause = this.#pressure.cause
    if (cause) {
      const reason = `this host is under pressure: ${cause.detail}`
      const tasks = this.#movable()
      return {
        strategy: { strategy: 'shed', code: 'pressure', reason },
        moves: [{ tasks, code: cause.code, reason: cause.detail }],
      }
    }
    const { strategy, plan } = analyseLoad(this.#view.facts(this.#config.settleMs, now))
    if (strategy.strategy !== 'shed') return { strategy, moves: [] }
    const moves = plan.moves.flatMap(({ bound, tasks, reason, to }) =>
      bound && tasks.length > 0 ? [{ tasks, code: 'idle-beside-queue' as const, reason, to }] : [],
    )
    return { strategy, moves }
  }

  #movable(): TaskId[] {
    const tasks: TaskId[] = []
    for (const { task, state, fixed, ending, movable } of this.#view.borne()) {
      if (tasks.length === this.#config.sweepTasksMax) break
      if (state === 'queued' && movable && !fixed && !ending) tasks.push(task)
    }
    return tasks
  }
}
