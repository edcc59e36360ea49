import { BoundedQueue } from '@souk/kernel'
import type { Piscina } from 'piscina'
import type { FunctionAnswer, FunctionCall, LaneAsk, LiveOutput } from './function-call.ts'
import { FunctionLane } from './function-lane.ts'

/** Calls that wait for a thread. The peer's slots allow far fewer; more are refused. */
const waitingMax = 65_536
/** A module that takes longer to load ends its thread. */
const warmMsMax = 60_000

export interface PoolOptions {
  /** the file that runs in each thread */
  script: string
  /** one call a thread, so also the calls that run at once */
  threadsMax: number
  /** an unused thread ends after so long */
  idleMs: number
  /** heap of one thread; a function that needs more fails. Best effort: some ways to allocate end the process at it */
  heapMbMax: number
  /** all that functions see as `process.env`, beside SOUK_… */
  environment: Record<string, string>
}

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
 * Worker threads for functions, by Piscina, each held by a lane. The queue is kept here and not there: Piscina forgets
 * what waits when its last thread is terminated, and so there are never more calls under way than it has threads.
 */
export class FunctionPool {
  readonly #options: PoolOptions
  readonly #entries = new Map<number, Entry>()
  readonly #waiting = new BoundedQueue<Entry>(waitingMax)
  readonly #lanes = new Set<FunctionLane>()
  /** lanes that nothing is asked of; those used last are taken first */
  readonly #free: FunctionLane[] = []
  #idleTimer: NodeJS.Timeout | undefined
  #pool: Promise<Piscina> | undefined
  /** all threads were started since there were none */
  #filled = false
  #running = 0
  #nextId = 1

  constructor(options: PoolOptions) {
    this.#options = options
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
    const wanted = Math.min(workers, this.#options.threadsMax)
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
    const pool = await this.#pool
    this.#pool = undefined
    clearTimeout(this.#idleTimer)
    this.#idleTimer = undefined
    await pool?.destroy()
  }

  #next(): void {
    while (this.#running < this.#options.threadsMax) {
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
      lane = this.#free.pop() ?? (await this.#open())
      if ((entry.state as string) === 'halted') return this.#giveBack(lane)
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
    if (lane) this.#giveBack(lane)
    this.#running--
    this.#next()
    this.#fill()
    if (answer instanceof Error) listener.failed(answer)
    else await listener.answered(answer)
    this.#entries.delete(call.id)
  }

  /** Asks any thread something that is no call. It counts as running already. */
  async #borrowed(question: LaneAsk, signal: AbortSignal): Promise<unknown> {
    let stop = () => {}
    try {
      const lane = this.#free.pop() ?? (await this.#open())
      stop = () => void lane.terminate()
      if (signal.aborted) stop()
      signal.addEventListener('abort', stop)
      const answer = await lane.ask(question).finally(() => this.#giveBack(lane))
      return answer
    } finally {
      signal.removeEventListener('abort', stop)
      this.#running--
      this.#next()
    }
  }

  /**
   * Calls seldom come alone: after the first one the other threads start, too, for to start them in the middle of a
   * burst keeps its slots taken and idle. Threads that stay unused end after `idleMs`.
   */
  #fill(): void {
    if (this.#filled || !this.#pool) return
    this.#filled = true
    void this.#pool.then((pool) => {
      // Those that have started already are taken first.
      while (this.#lanes.size < this.#options.threadsMax) this.#free.unshift(this.#newLane(pool))
    })
  }

  // ---- lanes

  async #open(): Promise<FunctionLane> {
    const pool = await this.#ensure()
    // One may have come free, or been opened, meanwhile.
    return this.#free.pop() ?? this.#newLane(pool)
  }

  #newLane(pool: Piscina): FunctionLane {
    const lane = new FunctionLane(pool, (lost) => {
      this.#lanes.delete(lost)
      const at = this.#free.indexOf(lost)
      if (at >= 0) this.#free.splice(at, 1)
    })
    lane.usedMs = performance.now()
    this.#lanes.add(lane)
    this.#endIdleLater()
    return lane
  }

  #giveBack(lane: FunctionLane): void {
    if (!this.#lanes.has(lane)) return
    lane.usedMs = performance.now()
    this.#free.push(lane)
  }

  /** One timer for all, not one for each call. */
  #endIdleLater(): void {
    this.#idleTimer ??= setTimeout(() => {
      this.#idleTimer = undefined
      const usedBefore = performance.now() - this.#options.idleMs
      for (const lane of this.#free.filter(({ usedMs }) => usedMs <= usedBefore)) {
        this.#free.splice(this.#free.indexOf(lane), 1)
        this.#lanes.delete(lane)
        lane.giveBack()
      }
      if (this.#lanes.size > 0) this.#endIdleLater()
    }, this.#options.idleMs).unref()
  }

  #ensure(): Promise<Piscina> {
    this.#pool ??= this.#start()
    return this.#pool
  }

  async #start(): Promise<Piscina> {
    // Loaded with the first function: a peer that runs none does not pay for it.
    const { Piscina } = await import('piscina')
    const { script, threadsMax, heapMbMax, environment } = this.#options
    const pool: Piscina = new Piscina({
      filename: script,
      name: 'serve',
      minThreads: 0,
      maxThreads: threadsMax,
      // Lanes hold their threads: what has none is not used any more.
      idleTimeout: 1,
      // A thread that waits in Atomics.wait between two calls could not answer what its modules keep open.
      atomics: 'disabled',
      recordTiming: false,
      env: environment,
      argv: [],
      execArgv: ['--disable-warning=ExperimentalWarning'],
      resourceLimits: { maxOldGenerationSizeMb: heapMbMax },
    })
    pool.on('message', (live: LiveOutput) => this.#entries.get(live.call)?.listener.output(live))
    pool.on('error', () => this.#onThreadLost(pool))
    // The one that ends still counts.
    pool.on('workerDestroy', () => {
      if (pool.threads.length <= 1) this.#filled = false
    })
    return pool
  }

  /**
   * A thread died that had no call. Between two calls that is nothing: the next call gets another. But when threads
   * cannot even start, what was to run in them would wait for ever: it fails.
   */
  #onThreadLost(pool: Piscina): void {
    if (pool.threads.length > 0 || this.#running === 0) return
    this.#pool = undefined
    void pool.destroy()
  }
}
