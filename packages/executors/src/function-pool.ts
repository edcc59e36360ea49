import type { Worker } from 'node:worker_threads'
import { BoundedQueue } from '@souk/kernel'
import type { Piscina } from 'piscina'
import type { FunctionAnswer, FunctionCall, LiveOutput } from './function-call.ts'

/** Calls that wait for a thread. The peer's slots allow far fewer; more are refused. */
const waitingMax = 65_536

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
  abort: AbortController
  state: 'waiting' | 'running' | 'halted' | 'answered'
}

/**
 * Worker threads for functions, by Piscina. The queue is kept here and not there: Piscina forgets what waits when its
 * last thread is terminated, and so it only ever gets as many calls as it has threads.
 */
export class FunctionPool {
  readonly #options: PoolOptions
  readonly #entries = new Map<number, Entry>()
  readonly #waiting = new BoundedQueue<Entry>(waitingMax)
  #pool: Promise<Piscina> | undefined
  /** all threads were started since there were none */
  #filled = false
  #running = 0
  #nextId = 1

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /** Runs a call when a thread is free; returns its number, or undefined when too many wait. */
  run(call: Omit<FunctionCall, 'id'>, listener: PooledCall): number | undefined {
    const id = this.#nextId++
    const entry: Entry = { call: { ...call, id }, listener, abort: new AbortController(), state: 'waiting' }
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
    if (!waited) await this.#terminate(entry)
    this.#entries.delete(id)
    if (!waited) this.#running--
    entry.listener.ended()
    this.#next()
  }

  /** Names of the functions that a module exports; rejects when it cannot be loaded. */
  async list(path: string, name: string, signal: AbortSignal): Promise<string[]> {
    const pool = await this.#ensure()
    return await pool.run({ path, name }, { name: 'list', signal })
  }

  /** Terminates every thread. Calls that still run are halted first. */
  async close(): Promise<void> {
    await Promise.all([...this.#entries.keys()].map((id) => this.halt(id)))
    const pool = await this.#pool
    this.#pool = undefined
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
    const { id } = entry.call
    let answer: FunctionAnswer | Error
    try {
      const pool = await this.#ensure()
      if ((entry.state as string) === 'halted') return
      entry.listener.running()
      answer = await pool.run(entry.call, { signal: entry.abort.signal })
    } catch (error) {
      answer = error as Error
    }
    // Halted: `halt` reports it, once the thread is gone.
    if ((entry.state as string) === 'halted') return
    entry.state = 'answered'
    this.#running--
    this.#next()
    this.#fill()
    if (answer instanceof Error) entry.listener.failed(answer)
    else await entry.listener.answered(answer)
    this.#entries.delete(id)
  }

  /**
   * Calls seldom come alone: after the first one the other threads start, too, for to start them in the middle of a
   * burst keeps its slots taken and idle. Threads that stay unused end after `idleMs`.
   */
  #fill(): void {
    if (this.#filled || !this.#pool) return
    this.#filled = true
    void this.#pool.then(async (pool) => {
      const missing = this.#options.threadsMax - pool.threads.length
      if (missing <= 0) return
      // The thread that answered takes one of them. One that cannot start is told by the next call that needs it.
      await Promise.allSettled(Array.from({ length: missing + 1 }, () => pool.run(undefined, { name: 'ready' })))
    })
  }

  /** Aborting makes Piscina terminate the thread; it is gone when it says exit. */
  async #terminate(entry: Entry): Promise<void> {
    const pool = await this.#pool
    if (!pool) return
    const before: Worker[] = pool.threads
    entry.abort.abort()
    const after = new Set(pool.threads)
    await Promise.all(before.filter((thread) => !after.has(thread)).map(exited))
  }

  #ensure(): Promise<Piscina> {
    this.#pool ??= this.#start()
    return this.#pool
  }

  async #start(): Promise<Piscina> {
    // Loaded with the first function: a peer that runs none does not pay for it.
    const { Piscina } = await import('piscina')
    const { script, threadsMax, idleMs, heapMbMax, environment } = this.#options
    const pool: Piscina = new Piscina({
      filename: script,
      name: 'run',
      minThreads: 0,
      maxThreads: threadsMax,
      idleTimeout: idleMs,
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

function exited(thread: Worker): Promise<void> {
  return new Promise((resolve) => thread.once('exit', () => resolve()))
}
