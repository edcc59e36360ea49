import { BoundedQueue } from '@souk/kernel'
import type { FunctionAnswer, FunctionCall, LaneAsk, LiveOutput } from './function-call.ts'
import type { FunctionLane } from './function-lane.ts'
import { FunctionLanes, type LanesOptions } from './function-lanes.ts'

/** Calls that wait for a thread. The peer's slots allow far fewer; more are refused. */
const waitingMax = 65_536
/** A module that takes longer to load ends its thread. */
const warmMsMax = 60_000

/** How one call is heard of. `answered`, `failed` or `ended` is the last. */
export interface PooledCall {
  running(): void
  output(live: LiveOutput): void
  /** `output` may still be called until the promise resolves: live output comes by another port than the answer */
  answered(answer: FunctionAnswer): Promise<unknown>
  /** its thread died: out of memory, process.exit(), an error outside of the function's own promise */
  failed(error: Error): void
  /** it was halted, and its thread is gone */
  ended(): void
}

interface Entry {
  call: FunctionCall
  listener: PooledCall
  /** where it runs */
  lane: FunctionLane | undefined
  state: 'waiting' | 'running' | 'halted' | 'answered'
}

/**
 * Calls of functions in worker threads. The queue is kept here and not in Piscina, which forgets what waits when its last
 * thread is terminated; and so there are never more calls under way than it has threads.
 */
export class FunctionPool {
  readonly #threadsMax: number
  readonly #lanes: FunctionLanes
  readonly #entries = new Map<number, Entry>()
  readonly #waiting = new BoundedQueue<Entry>(waitingMax)
  #running = 0
  #nextId = 1

  constructor(options: LanesOptions) {
    this.#threadsMax = options.threadsMax
    this.#lanes = new FunctionLanes(options, {
      output: (live) => this.#entries.get(live.call)?.listener.output(live),
      busy: () => this.#running > 0,
    })
  }

  /** Runs a call when a thread is free; returns its number, or undefined when too many wait. */
  run(call: Omit<FunctionCall, 'id' | 'sentMs'>, listener: PooledCall): number | undefined {
    const id = this.#nextId++
    const entry: Entry = { call: { ...call, id, sentMs: 0 }, listener, lane: undefined, state: 'waiting' }
    if (!this.#waiting.push(entry)) return undefined
    this.#entries.set(id, entry)
    this.#next()
    return id
  }

  /** Ends a call, with its thread where it has one. Idempotent. */
  async halt(id: number): Promise<void> {
    const entry = this.#entries.get(id)
    if (!entry || entry.state === 'halted' || entry.state === 'answered') return
    const waited = entry.state === 'waiting'
    entry.state = 'halted'
    if (!waited) await entry.lane?.terminate()
    this.#entries.delete(id)
    if (!waited) this.#running--
    entry.listener.ended()
    this.#next()
  }

  /** Names of the functions that a module exports; rejects when it cannot be loaded. */
  async list(path: string, name: string, signal: AbortSignal): Promise<string[]> {
    this.#running++
    return (await this.#borrowed({ ask: 'list', path, name }, signal)) as string[]
  }

  /**
   * Has `workers` threads, busy ones included, have a module loaded, as far as threads are free: each free one gets one
   * loading, which takes no time where it has the module, and keeps the thread from ending for another `idleMs`. Rejects
   * when the module cannot be loaded.
   */
  async warm(path: string, name: string, workers: number): Promise<{ workers: number; tookMs: number }> {
    const wanted = Math.min(workers, this.#threadsMax)
    const count = Math.max(0, wanted - this.#running)
    const busy = Math.min(wanted, this.#running)
    // As calls are: never more under way than there are threads.
    this.#running += count
    const startedMs = performance.now()
    const signal = AbortSignal.timeout(warmMsMax)
    let tookMs = 0
    const loadings = Array.from({ length: count }, async () => {
      const cold = (await this.#borrowed({ ask: 'warm', path, name }, signal)) as boolean
      if (cold) tookMs = Math.max(tookMs, Math.ceil(performance.now() - startedMs))
    })
    const ended = await Promise.allSettled(loadings)
    const failed = ended.find((end) => end.status === 'rejected')
    if (failed) throw failed.reason
    return { workers: busy + count, tookMs }
  }

  /** Terminates every thread. Calls that still run are halted first. */
  async close(): Promise<void> {
    await Promise.all([...this.#entries.keys()].map((id) => this.halt(id)))
    await this.#lanes.close()
  }

  #next(): void {
    while (this.#running < this.#threadsMax) {
      const entry = this.#waiting.shift()
      if (!entry) return
      if (entry.state !== 'waiting') continue
      this.#running++
      entry.state = 'running'
      void this.#perform(entry)
    }
  }

  async #perform(entry: Entry): Promise<void> {
    const { call, listener } = entry
    let answer: FunctionAnswer | Error
    let lane: FunctionLane | undefined
    try {
      lane = this.#lanes.takeFree() ?? (await this.#lanes.open())
      if ((entry.state as string) === 'halted') return this.#lanes.giveBack(lane)
      entry.lane = lane
      listener.running()
      call.sentMs = performance.timeOrigin + performance.now()
      answer = (await lane.ask({ ask: 'run', call })) as FunctionAnswer
    } catch (error) {
      answer = error as Error
    }
    // Halted: `halt` reports it, once the thread is gone.
    if ((entry.state as string) === 'halted') return
    entry.state = 'answered'
    if (lane) this.#lanes.giveBack(lane)
    this.#running--
    this.#next()
    this.#lanes.fill()
    if (answer instanceof Error) listener.failed(answer)
    else await listener.answered(answer)
    this.#entries.delete(call.id)
  }

  /** Asks any thread something that is no call. It counts as running already. */
  async #borrowed(question: LaneAsk, signal: AbortSignal): Promise<unknown> {
    let stop = () => {}
    try {
      const lane = this.#lanes.takeFree() ?? (await this.#lanes.open())
      stop = () => void lane.terminate()
      if (signal.aborted) stop()
      signal.addEventListener('abort', stop)
      const answer = await lane.ask(question).finally(() => this.#lanes.giveBack(lane))
      return answer
    } finally {
      signal.removeEventListener('abort', stop)
      this.#running--
      this.#next()
    }
  }
}
