import type { Machine, Millis } from '@souk/kernel'
import type { TaskId } from '@souk/wire'
import type { RebalanceConfig } from './config.ts'
import type { BorneView, DrainView } from './views.ts'

export type DrainInput =
  /** `deadlineMs`: runs left after this are stopped and given back; absent: runs may take as long as they take */
  | {
      type: 'drain'
      on: boolean
      deadlineMs?: Millis | undefined
      /** how long ago the drain began, if that was in an earlier life */
      forMs?: Millis | undefined
    }
  | { type: 'wake' }

export type DrainEffect =
  | { type: 'began'; deadlineMs: Millis | undefined }
  /** nothing is left here but tasks that have to stay */
  | { type: 'drained' }
  | { type: 'ended' }
  /** these tasks go back to their custodians, who find them another bearer; those that run are stopped first */
  | { type: 'giveBack'; tasks: TaskId[] }

/** How far a drain is, as counts of tasks. */
export interface DrainProgress {
  state: 'off' | 'draining' | 'drained'
  /** since the drain began */
  forMs: Millis
  /** until runs are stopped; absent: never */
  leftMs?: Millis
  /** not begun and still to be given back */
  waiting: number
  running: number
  /** running tasks that start at most once, so that no deadline stops them */
  runningOnce: number
  /** on their way to another peer, or their outcomes to their custodians */
  passing: number
  /** waiting tasks that no other custodian can see to: they stay until a host with room asks for them */
  held: number
  /** tasks given back before they had begun, since the drain began */
  handedOver: number
  /** runs stopped at the deadline */
  stopped: number
  /** runs asked to end with a checkpoint, to go on elsewhere */
  moved: number
}

/** With nothing left to give back a task may still come: looks are then so many times rarer. */
const idleSweeps = 10

/**
 * Empties this peer: tasks that have not begun go back to their custodians at once, and so do runs that leave a checkpoint;
 * other runs may end, or are stopped at the deadline and given back. The market sees to it that nothing new comes, by the
 * draining flag of the offer.
 *
 * Invariants: a waiting task is given back only if a custodian that does not drain can see to it (two draining peers would
 * pass it to and fro for ever); no task is given back while it is fixed. An at-most-once task that has begun is never stopped.
 * I11 at most sweepTasksMax in one look.
 * Inputs: on, off. Effects: tasks to give back.
 */
export class Drain implements Machine<DrainInput, DrainEffect> {
  readonly #config: RebalanceConfig
  readonly #view: DrainView
  #on: { sinceMs: Millis; stopMs: Millis } | undefined
  #nextMs: Millis | undefined
  #drained = false
  #handedOver = 0
  #stopped = 0
  #moved = 0

  constructor(config: RebalanceConfig, view: DrainView) {
    this.#config = config
    this.#view = view
  }

  step(input: DrainInput, now: Millis, out: DrainEffect[]): void {
    if (input.type === 'drain') this.#onDrain(input, now, out)
    if (this.#on && this.#nextMs !== undefined && now >= this.#nextMs) this.#sweep(this.#on.stopMs, now, out)
  }

  nextWakeup(): Millis | undefined {
    return this.#nextMs
  }

  snapshot() {
    return { drain: this.#on && { ...this.#on, drained: this.#drained } }
  }

  progress(now: Millis): DrainProgress {
    const counts = { waiting: 0, running: 0, runningOnce: 0, passing: 0, held: 0 }
    for (const borne of this.#view.borne()) {
      if (borne.state === 'passing' || borne.ending) counts.passing++
      else if (borne.state === 'running') {
        counts.running++
        if (borne.startsOnce) counts.runningOnce++
      } else if (this.#mayGo(borne) || borne.inherited) counts.waiting++
      else counts.held++
    }
    const state = !this.#on ? 'off' : this.#drained ? 'drained' : 'draining'
    const forMs = this.#on ? now - this.#on.sinceMs : 0
    const left = this.#on && this.#on.stopMs < Infinity ? { leftMs: Math.max(0, this.#on.stopMs - now) } : {}
    return { state, forMs, ...left, ...counts, ...this.#done }
  }

  get #done() {
    return { handedOver: this.#handedOver, stopped: this.#stopped, moved: this.#moved }
  }

  /** A drain that is told again goes on as it is, with the new deadline, or none. */
  #onDrain(input: Extract<DrainInput, { type: 'drain' }>, now: Millis, out: DrainEffect[]): void {
    const { on, deadlineMs, forMs = 0 } = input
    if (!on) {
      if (this.#on) out.push({ type: 'ended' })
      this.#on = undefined
      this.#nextMs = undefined
      return
    }
    if (!this.#on) {
      this.#handedOver = 0
      this.#stopped = 0
      this.#moved = 0
    }
    const sinceMs = this.#on?.sinceMs ?? now - forMs
    this.#on = { sinceMs, stopMs: deadlineMs === undefined ? Infinity : now + deadlineMs }
    this.#drained = false
    this.#nextMs = now
    out.push({ type: 'began', deadlineMs })
  }

  #sweep(stopMs: Millis, now: Millis, out: DrainEffect[]): void {
    const { sweepMs, sweepTasksMax, settleMs } = this.#config
    const first = now === this.#on!.sinceMs
    const tasks: TaskId[] = []
    let left = 0
    for (const borne of this.#view.borne()) {
      const mayGo = this.#mayGo(borne)
      if (mayGo || borne.inherited || borne.state === 'running' || borne.state === 'passing' || borne.ending) left++
      if (tasks.length >= sweepTasksMax || !mayGo || borne.ending || borne.fixed) continue
      if (borne.state === 'running') {
        if (borne.startsOnce) continue
        if (borne.checkpoints && this.#isSeenTo(borne)) this.#moved++
        else if (now >= stopMs) this.#stopped++
        else continue
      } else {
        if (!first && borne.state === 'waiting' && now - borne.sinceMs < settleMs) continue
        this.#handedOver++
      }
      tasks.push(borne.task)
    }
    if (tasks.length > 0) out.push({ type: 'giveBack', tasks })
    if (left === 0 && !this.#drained) out.push({ type: 'drained' })
    this.#drained = left === 0
    const nextMs = now + (left > 0 ? sweepMs : idleSweeps * sweepMs)
    this.#nextMs = now < stopMs ? Math.min(nextMs, stopMs) : nextMs
  }

  /** A task that is here to run may always be given back: if only this peer keeps it, it then waits here for a host that asks. */
  #mayGo({ state, custodians }: BorneView): boolean {
    if (state === 'waiting') return this.#isSeenTo({ custodians })
    return state !== 'passing'
  }

  #isSeenTo({ custodians }: Pick<BorneView, 'custodians'>): boolean {
    return custodians.some((peer) => this.#view.seesToIt(peer))
  }
}
