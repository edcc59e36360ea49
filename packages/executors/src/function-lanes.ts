import type { Piscina } from 'piscina'
import type { LiveOutput } from './function-call.ts'
import { FunctionLane } from './function-lane.ts'

export interface LanesOptions {
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

/** What lanes tell, and ask, of whoever has calls for them. */
export interface LanesUser {
  output(live: LiveOutput): void
  /** something is asked of a lane, or waits for one */
  busy(): boolean
}

/** Worker threads by Piscina, each held by a lane: those that are free, and new ones. Whoever takes one gives it back. */
export class FunctionLanes {
  readonly #options: LanesOptions
  readonly #user: LanesUser
  readonly #lanes = new Set<FunctionLane>()
  /** lanes that nothing is asked of; those used last are taken first */
  readonly #free: FunctionLane[] = []
  #idleTimer: NodeJS.Timeout | undefined
  #pool: Promise<Piscina> | undefined
  /** all threads were started since there were none */
  #filled = false

  constructor(options: LanesOptions, user: LanesUser) {
    this.#options = options
    this.#user = user
  }

  /** One that nothing is asked of; undefined: all are busy, or there is none yet. */
  takeFree(): FunctionLane | undefined {
    return this.#free.pop()
  }

  /** One more where none is free; its thread may still be starting. Never more are to be in use than there are threads. */
  async open(): Promise<FunctionLane> {
    const pool = await this.#ensure()
    // One may have come free, or been opened, meanwhile.
    return this.#free.pop() ?? this.#newLane(pool)
  }

  /** Nothing is asked of it any more. One whose thread is gone is forgotten. */
  giveBack(lane: FunctionLane): void {
    if (!this.#lanes.has(lane)) return
    lane.usedMs = performance.now()
    this.#free.push(lane)
  }

  /**
   * Calls seldom come alone: after the first one the other threads start, too, for to start them in the middle of a
   * burst keeps its slots taken and idle. Threads that stay unused end after `idleMs`.
   */
  fill(): void {
    if (this.#filled || !this.#pool) return
    this.#filled = true
    void this.#pool.then((pool) => {
      // Those that have started already are taken first.
      while (this.#lanes.size < this.#options.threadsMax) this.#free.unshift(this.#newLane(pool))
    })
  }

  /** Terminates every thread. */
  async close(): Promise<void> {
    const pool = await this.#pool
    this.#pool = undefined
    clearTimeout(this.#idleTimer)
    this.#idleTimer = undefined
    await pool?.destroy()
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
    pool.on('message', (live: LiveOutput) => this.#user.output(live))
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
    if (pool.threads.length > 0 || !this.#user.busy()) return
    this.#pool = undefined
    void pool.destroy()
  }
}
