import type { Outcome, OutputChunk } from './api.ts'
import { fromBase64 } from './base64.ts'
import { call, pathOf } from './call.ts'
import type { EarlyEvents } from './early-events.ts'
import { apiLimits } from './limits.ts'
import { followStream } from './live-stream.ts'
import type { EndpointPool } from './pool.ts'
import type { SessionEvent } from './schema/session.ts'
import { asSoukError, SoukError } from './souk-error.ts'
import { afterThisTurn } from './turn.ts'
import { uniqueId } from './unique-id.ts'

/** Who waits for one task's outcome. */
export interface Waiter {
  onOutcome(outcome: Outcome, delivered: { stdout: number; stderr: number }): void
  onFail(error: SoukError): void
  onOutput?(chunk: OutputChunk): void
}

interface Watched {
  readonly waiters: Set<Waiter>
  /** bytes of output given on so far: what comes again after a reconnect is skipped */
  readonly delivered: { stdout: number; stderr: number }
  unreachableAt: number | undefined
}

/** how often tasks whose custodians cannot be asked are looked over, while there are any */
const sweepMs = 500

/**
 * The outcomes and output of all of a client's tasks, over one stream of one session: one map entry per task.
 * After a break that lost events, or a move to another peer, every watched task is asked for again.
 */
export class Watcher {
  readonly session: string = uniqueId()
  readonly #pool: EndpointPool
  readonly #signal: AbortSignal
  readonly #custodianMsMax: number
  readonly #watched = new Map<string, Watched>()
  readonly #early: EarlyEvents
  readonly #asks = new Map<string, boolean>()
  #asking = false
  #open = false
  #openGeneration: number | undefined
  #sweep: ReturnType<typeof setInterval> | undefined

  constructor(pool: EndpointPool, options: { custodianMsMax: number; early: EarlyEvents; signal: AbortSignal }) {
    this.#pool = pool
    this.#signal = options.signal
    this.#custodianMsMax = options.custodianMsMax
    this.#early = options.early
  }

  /** Opens the session's stream where it is not; called before the first submit so that nothing is missed. */
  open(): void {
    if (this.#open || this.#signal.aborted) return
    this.#open = true
    followStream({
      pool: this.#pool,
      path: pathOf('sessionEvents', { session: this.session }),
      signal: this.#signal,
      onEvents: (events, generation) => {
        for (const event of events as SessionEvent[]) this.#onEvent(event, generation)
      },
    }).then(
      () => this.#onClosed(new SoukError('closed', 'the client is closed')),
      (error) => this.#onClosed(asSoukError(error)),
    )
  }

  /** Waits for a task that this session submitted to the peer of `generation`. */
  addSubmitted(task: string, waiter: Waiter, generation: number): void {
    this.#add(task, waiter)
    const early = this.#early.take(task)
    for (const event of early ?? []) this.#onEvent(event, this.#openGeneration ?? generation)
    const moved = this.#openGeneration !== undefined && this.#openGeneration !== generation
    if (moved || this.#early.overflowed) this.#ask(task, waiter.onOutput !== undefined)
  }

  /** Waits for any task. */
  addOther(task: string, waiter: Waiter): void {
    this.open()
    this.#add(task, waiter)
    this.#ask(task, waiter.onOutput !== undefined)
  }

  remove(task: string, waiter: Waiter): void {
    const watched = this.#watched.get(task)
    if (watched?.waiters.delete(waiter) && watched.waiters.size === 0) this.#watched.delete(task)
  }

  /** ends the timer; the stream ends by the signal, and every waiter fails with code `closed` */
  close(): void {
    clearInterval(this.#sweep)
    this.#onClosed(new SoukError('closed', 'the client was closed before the task ended; the task goes on'))
  }

  #add(task: string, waiter: Waiter): void {
    const watched = this.#watched.get(task)
    if (watched) watched.waiters.add(waiter)
    else {
      const delivered = { stdout: 0, stderr: 0 }
      this.#watched.set(task, { waiters: new Set([waiter]), delivered, unreachableAt: undefined })
    }
  }

  #onEvent(event: SessionEvent, generation: number): void {
    if (event.type === 'hello') {
      const samePeer = generation === (this.#openGeneration ?? 0)
      this.#openGeneration = generation
      if (!event.resumed || !samePeer) this.#askAll()
    } else if (event.type === 'resync') this.#askAll()
    else {
      const watched = this.#watched.get(event.task)
      if (!watched) this.#early.keep(event)
      else if (event.type === 'outcome') this.#onOutcome(event.task, watched, event.outcome)
      else if (event.type === 'output') onOutput(watched, event)
      else if (event.type === 'view') this.#onView(event.task, watched, event)
    }
  }

  #onOutcome(task: string, watched: Watched, outcome: Outcome): void {
    this.#watched.delete(task)
    for (const waiter of watched.waiters) waiter.onOutcome(outcome, watched.delivered)
  }

  #onView(task: string, watched: Watched, view: { state?: string; reachable: boolean }): void {
    if (view.reachable && view.state === undefined) {
      this.#fail(task, watched, new SoukError('task-unknown', `no peer knows task ${task}`, { status: 404 }))
    } else if (view.reachable) watched.unreachableAt = undefined
    else {
      watched.unreachableAt ??= performance.now()
      this.#sweep ??= setInterval(() => this.#onSweep(), sweepMs)
    }
  }

  #onSweep(): void {
    const since = performance.now() - this.#custodianMsMax
    let left = 0
    for (const [task, watched] of this.#watched) {
      if (watched.unreachableAt === undefined) continue
      if (watched.unreachableAt > since) left++
      else {
        const message = `nobody who keeps task ${task} could be asked for ${this.#custodianMsMax} ms; the task may still end: wait for it again later`
        this.#fail(task, watched, new SoukError('task-unreachable', message, { status: 504 }))
      }
    }
    if (left > 0) return
    clearInterval(this.#sweep)
    this.#sweep = undefined
  }

  #fail(task: string, watched: Watched, error: SoukError): void {
    this.#watched.delete(task)
    for (const waiter of watched.waiters) waiter.onFail(error)
  }

  #onClosed(error: SoukError): void {
    this.#open = false
    this.#openGeneration = undefined
    for (const [task, watched] of [...this.#watched]) this.#fail(task, watched, error)
  }

  #askAll(): void {
    for (const [task, watched] of this.#watched) {
      this.#asks.set(
        task,
        [...watched.waiters].some((waiter) => waiter.onOutput !== undefined),
      )
    }
    this.#askSoon()
  }

  #ask(task: string, output: boolean): void {
    this.#asks.set(task, output || this.#asks.get(task) === true)
    this.#askSoon()
  }

  #askSoon(): void {
    if (this.#asking || this.#asks.size === 0) return
    this.#asking = true
    afterThisTurn(() => void this.#sendAsks())
  }

  /** one request at a time, of like tasks; `#asks` never holds more than `#watched` did */
  async #sendAsks(): Promise<void> {
    while (this.#asks.size > 0 && !this.#signal.aborted) {
      const output = this.#asks.values().next().value as boolean
      const tasks: string[] = []
      for (const [task, wanted] of this.#asks) {
        if (wanted !== output || tasks.length === apiLimits.tasksPerRequestMax) continue
        this.#asks.delete(task)
        if (this.#watched.has(task)) tasks.push(task)
      }
      if (tasks.length === 0) continue
      try {
        const params = { session: this.session }
        await call(this.#pool, 'watch', { params, body: { tasks, output } }, this.#signal)
      } catch (error) {
        for (const task of tasks) {
          const watched = this.#watched.get(task)
          if (watched) this.#fail(task, watched, asSoukError(error))
        }
      }
    }
    this.#asking = false
  }
}

/** Gives on what follows what was given; after a gap nothing, until the outcome brings the whole. */
function onOutput(watched: Watched, event: SessionEvent & { type: 'output' }): void {
  const offset = watched.delivered[event.stream]
  if (event.offset > offset) return
  const data = fromBase64(event.data).subarray(offset - event.offset)
  if (data.byteLength === 0) return
  watched.delivered[event.stream] = offset + data.byteLength
  for (const waiter of watched.waiters) waiter.onOutput?.({ task: event.task, stream: event.stream, offset, data })
}
