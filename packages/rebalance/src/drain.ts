import type { Machine, Millis } from '@souk/kernel'
import type { TaskId } from '@souk/wire'
import type { RebalanceConfig } from './config.ts'
import type { BorneView, DrainView } from './views.ts'

export type DrainInput =
  /** `deadlineMs`: what still runs so long after it is stopped and given back; without one runs take as long as they take */
  | {
      type: 'drain'
      on: boolean
      deadlineMs?: Millis | undefined
      /** it began so long ago, in an earlier life */
      forMs?: Millis | undefined
    }
  | { type: 'wake' }

export type DrainEffect =
  | { type: 'began'; deadlineMs: Millis | undefined }
  /** nothing is left here but what has to stay */
  | { type: 'drained' }
  | { type: 'ended' }
  /** these go back to their custodians, who find them another bearer; of those that run the run is stopped first */
  | { type: 'giveBack'; tasks: TaskId[] }

/** How far a drain is, as counts of tasks. */
export interface DrainProgress {
  state: 'off' | 'draining' | 'drained'
  /** since it began */
  forMs: Millis
  /** until what runs is stopped; undefined: never */
  leftMs?: Millis
  /** to be handed over yet */
  waiting: number
  running: number
  /** of those that run: they start at most once, so no deadline stops them */
  runningOnce: number
  /** on their way to somebody else, or their outcomes to their custodians */
  passing: number
  /** they wait here because nobody else who keeps them can see to them; who has room may still ask for them */
  held: number
  /** that had not begun, since it began */
  handedOver: number
  /** that were stopped at the deadline */
  stopped: number
  /** that were asked to end with a checkpoint, to go on elsewhere */
  moved: number
}

/** Nothing is left to do, but a task may still come: so often it is looked for. */
const idleSweeps = 10

/**
 * This peer empties itself: what has not begun goes back to its custodians at once, and so does a run that leaves a
 * checkpoint; other runs may end, or are stopped at the deadline and given back. That nothing new comes is market's business: it sees that the peer drains.
 *
 * Invariants: what waits is given back only where another peer keeps it that does not drain (two peers that drain would pass
 * it to and fro for ever), and never while it is fixed. What starts at most once and has begun is never stopped. I11 at most
 * sweepTasksMax in one look.
 * Inputs: on, off. Effects: what is to be given back.
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

  /** Said again it goes on as it is, with the new deadline, if there is one. */
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

  /** What is here to run may go anyhow: where only this peer keeps it, it waits here for a host that asks. */
  #mayGo({ state, custodians }: BorneView): boolean {
    if (state === 'waiting') return this.#isSeenTo({ custodians })
    return state !== 'passing'
  }

  #isSeenTo({ custodians }: Pick<BorneView, 'custodians'>): boolean {
    return custodians.some((peer) => this.#view.seesToIt(peer))
  }
}
