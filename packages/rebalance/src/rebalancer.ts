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
  /** of this host, as often as its driver measures: about every second */
  | { type: 'readings'; readings: PressureReadings }

export type RebalancerEffect =
  | { type: 'pressed'; cause: PressureCause }
  | { type: 'eased'; forMs: Millis }
  /** it is to end with its checkpoint, and goes on elsewhere from there */
  | { type: 'shedRun'; task: TaskId; memoryBytes: number; code: MoveCode; reason: string }
  /** out of this host's queue, to be placed anew; `to`: who has room for them, where that is why */
  | { type: 'putBack'; tasks: TaskId[]; code: MoveCode; reason: string; to?: PeerId }

/** Why a task was moved. */
export type MoveCode = PressureCause['code'] | 'idle-beside-queue'

/** What a rebalancer may know of its peer. */
export interface RebalanceView {
  /** tasks in the queue of this host; O(1) */
  queued(): number
  borne(): Iterable<BorneView>
  /** what is queued here for at least `settleMs`, and who has room for it, as far as load stamps tell */
  facts(settleMs: Millis, now: Millis): LoadFacts
  /** another host that takes work and has a slot free could run it */
  hasRoomElsewhere(task: TaskId, now: Millis): boolean
}

/** How a peer moves work, for people. */
export interface RebalanceState {
  on: boolean
  movesPerMinuteMax: number
  movesLastMinute: number
  /** of this peer's own queue */
  strategy: Strategy
  /** `moved`: runs that were asked to go on elsewhere since it began */
  pressure?: PressureCause & { forMs: Millis; moved: number }
}

const off: Strategy = { strategy: 'none', code: 'off', reason: 'nothing moves by itself here (--no-rebalance)' }

/**
 * This host gives up what waits in its own queue: where others have room for it, and while it is under pressure. What it
 * bears and has not placed others ask for (market's WANTED). Where it stays short of memory although nothing waits here any
 * more, one run after the other that leaves a checkpoint goes on elsewhere, the largest first.
 *
 * Invariants: at most movesPerMinuteMax moves in any minute, sweepTasksMax in one look. Of what has begun only one at a time is
 * touched, where it leaves a checkpoint, may run twice and another host has room; nothing fixed or told to end, nothing in the
 * queue that may not move again (I8).
 * Inputs: what was measured. Effects: what is put back or goes on elsewhere, and when pressure begins and ends.
 */
export class Rebalancer implements Machine<RebalancerInput, RebalancerEffect> {
  readonly #config: RebalanceConfig
  readonly #view: RebalanceView
  readonly #pressure: Pressure
  readonly #budget: MoveBudget
  #lookedMs: Millis = -Infinity
  /** pressure began, or a run was looked for, at that time */
  #shedMs: Millis = 0
  /** runs that were asked to go on elsewhere since it began */
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
      // What waits here goes at once.
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

  /** One task more may be passed on that was passed on before. It counts. */
  mayMoveOne(now: Millis): boolean {
    return this.#config.on && this.#budget.take(now)
  }

  /** The same where somebody told it to: the switch does not hold that up. */
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

  /** Only where something is queued is there anything to look at. */
  #nextLookMs(): Millis | undefined {
    if (!this.#config.on || this.#view.queued() === 0) return undefined
    return this.#lookedMs + (this.#pressure.cause ? this.#config.sweepMs : this.#config.lookMs)
  }

  #nextShedMs(): Millis | undefined {
    if (!this.#config.on || this.#pressure.cause?.code !== 'memory-pressure') return undefined
    return this.#shedMs + this.#config.shedRunMs
  }

  /** What waits goes first, and what ends already gives its memory back. */
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
