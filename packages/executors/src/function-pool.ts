import { BoundedQueue } from '@souk/kernel'
import type { FunctionAnswer, FunctionCall, LiveOutput } from './function-call.ts'
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
  /** it was halted, and its thread is gone, or does not begin it any more */
  ended(): void
  /** of one that was lined up: it does not begin, since its thread is gone */
  takenBack?(): void
}

/** A call as it is given. */
export type PoolCall = Omit<FunctionCall, 'id' | 'turn' | 'sentMs'>

interface Entry {
  call: PoolCall & Pick<FunctionCall, 'id'>
  listener: PooledCall
  /** where it runs, or is lined up */
  lane: FunctionLane | undefined
  /** there */
  turn: number
  /** of one that was lined up: what it followed is over, and was told */
  before?: Promise<void>
  state: 'waiting' | 'lined' | 'running' | 'halted' | 'answered'
}

/**
 * Calls of functions in worker threads. The queue is kept here and not in Piscina, which forgets what waits when its last
 * thread is terminated; and so there are never more calls under way than it has threads. A call may be lined up behind
 * another: its thread begins it without a word from here.
 */
export class FunctionPool {
  readonly #threadsMax: number
  readonly #lanes: FunctionLanes
  readonly #entries = new Map<number, Entry>()
  readonly #waiting = new BoundedQueue<Entry>(waitingMax)
  /** that calls have: each counts as running once, however many are lined up there */
  readonly #taken = new Set<FunctionLane>()
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
  run(call: PoolCall, listener: PooledCall): number | undefined {
    const entry = this.#entry(call, listener, 'waiting')
    if (!this.#waiting.push(entry)) return undefined
    this.#entries.set(entry.call.id, entry)
    this.#next()
    return entry.call.id
  }

  /**
   * Has the thread of that running call begin another one right after it, and after what is lined up there already; returns
   * its number, or undefined where that call is in no thread, or too many were lined up there. It is heard of once that call,
   * and those between, are over.
   */
  lineUp(call: PoolCall, behind: number, listener: PooledCall): number | undefined {
    const before = this.#entries.get(behind)
    if (before?.state !== 'running' || !before.lane) return undefined
    const { lane } = before
    const entry = this.#entry(call, listener, 'lined')
    const answer = this.#ask(entry, lane)
    if (!answer) return undefined
    this.#entries.set(entry.call.id, entry)
    entry.before = lane.last
    lane.last = this.#follow(entry, lane, answer)
    return entry.call.id
  }

  /** Out of the line. False: it is not in it, or has begun. */
  takeBack(id: number): boolean {
    const entry = this.#entries.get(id)
    if (entry?.state !== 'lined' || !entry.lane!.takeBack(entry.turn)) return false
    this.#drop(entry)
    this.#goOn(entry.lane)
    return true
  }

  /** Ends a call, with its thread where it has begun in one. Idempotent; one that is just over ends as it did. */
  async halt(id: number): Promise<void> {
    const entry = this.#entries.get(id)
    if (!entry || entry.state === 'halted' || entry.state === 'answered') return
    const { lane, state } = entry
    if (lane && !lane.takeBack(entry.turn)) {
      if (!lane.revoke(entry.turn)) return
      entry.state = 'halted'
      await lane.terminate()
    }
    this.#drop(entry)
    // What waits for its turn holds no thread, and keeps none.
    if (lane || state === 'running') this.#goOn(lane)
    // Until what it followed is told to be over, nobody knows that it had begun.
    await entry.before
    entry.listener.ended()
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

  #entry(call: PoolCall, listener: PooledCall, state: Entry['state']): Entry {
    return { call: { ...call, id: this.#nextId++ }, listener, lane: undefined, turn: -1, state }
  }

  #drop(entry: Entry): void {
    entry.state = 'halted'
    this.#entries.delete(entry.call.id)
  }

  async #perform(entry: Entry): Promise<void> {
    try {
      const lane = this.#lanes.takeFree() ?? (await this.#lanes.open())
      if (isHalted(entry)) return this.#lanes.giveBack(lane)
      entry.lane = lane
      this.#taken.add(lane)
      entry.listener.running()
      lane.last = this.#settle(entry, this.#ask(entry, lane) ?? Promise.reject(new Error('its thread lags behind')))
    } catch (error) {
      void this.#settle(entry, Promise.reject(error))
    }
  }

  /** What is lined up begins in its thread; here that is told once what it waits for has been told to be over. */
  async #follow(entry: Entry, lane: FunctionLane, answer: Promise<FunctionAnswer>): Promise<void> {
    // Heard of below.
    answer.catch(() => {})
    await lane.last
    if (isHalted(entry)) return
    if (lane.lost && lane.takeBack(entry.turn)) {
      this.#drop(entry)
      this.#goOn(lane)
      entry.listener.takenBack?.()
      return
    }
    entry.state = 'running'
    entry.listener.running()
    await this.#settle(entry, answer)
  }

  /** undefined: that lane takes no more at present. */
  #ask(entry: Entry, lane: FunctionLane): Promise<FunctionAnswer> | undefined {
    const asked = lane.run(entry.call)
    if (!asked) return undefined
    entry.lane = lane
    entry.turn = asked.turn
    return asked.answer
  }

  async #settle(entry: Entry, asked: Promise<FunctionAnswer>): Promise<void> {
    const answer = await asked.catch((error: unknown) => error as Error)
    // Halted: `halt` reports it, once the thread is gone.
    if (isHalted(entry)) return
    entry.state = 'answered'
    this.#goOn(entry.lane)
    this.#lanes.fill()
    if (answer instanceof Error) entry.listener.failed(answer)
    else await entry.listener.answered(answer)
    this.#entries.delete(entry.call.id)
  }

  /**
   * A call is over: its thread is free, unless it goes on with what is lined up there. Of those that had one thread, one gives it
   * back, whichever is heard of last.
   */
  #goOn(lane: FunctionLane | undefined): void {
    if (lane && (!lane.idle || !this.#taken.delete(lane))) return
    if (lane) this.#lanes.giveBack(lane)
    this.#running--
    this.#next()
  }

  /** Asks any thread something that is no call. It counts as running already. */
  async #borrowed(question: Parameters<FunctionLane['ask']>[0], signal: AbortSignal): Promise<unknown> {
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

/** A function, since it changes while one waits. */
function isHalted({ state }: Entry): boolean {
  return state === 'halted'
}
