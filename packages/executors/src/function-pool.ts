import { BoundedQueue } from '@souk/kernel'
import {
  type FunctionAnswer,
  type FunctionCall,
  type LaneAnswer,
  type LiveOutput,
  sharedNowMs,
} from './function-call.ts'
import type { FunctionLane } from './function-lane.ts'
import { FunctionLanes, type LanesOptions } from './function-lanes.ts'

/** Calls that wait for a thread. The peer's slots allow far fewer; more are refused. */
const waitingMax = 65_536
/** A module that takes longer to load ends its thread. */
const warmMsMax = 60_000

/** How one call is heard of. `answered`, `failed`, `ended` or `notBegun` is the last. */
export interface PooledCall {
  running(): void
  output(live: LiveOutput): void
  /** `output` may still be called until the promise resolves: live output comes by another port than the answer */
  answered(answer: FunctionAnswer): Promise<unknown>
  /** its thread died: out of memory, process.exit(), an error outside of the function's own promise */
  failed(error: Error): Promise<unknown>
  /** it was halted, and its thread is gone, or does not begin it any more */
  ended(): Promise<unknown>
  /** of one that was lined up: its turn came too late, or its thread is gone before it */
  notBegun(): void
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
  /** with those before it, of whose ends nobody was told yet, and those behind it */
  line: Entry[]
  state: 'waiting' | 'lined' | 'running' | 'halted' | 'over'
  /** tells how it is over, in its turn; absent: it is not */
  tell?: () => Promise<unknown> | undefined
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
  /** that calls have, with those: each counts as running once, however many are lined up there */
  readonly #taken = new Map<FunctionLane, Entry[]>()
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
   * its number, or undefined where that call has no thread, or has none any more, or too many were lined up there. It is heard
   * of once that call, and those between, are over.
   */
  lineUp(call: PoolCall, behind: number, listener: PooledCall): number | undefined {
    const before = this.#entries.get(behind)
    if (!before?.lane || before.state === 'halted' || this.#taken.get(before.lane) !== before.line) return undefined
    const { lane, line } = before
    const beginByMs = Math.min(beginByOf(call), beginByOf(line.at(-1)!.call))
    const entry = this.#entry({ ...call, beginByMs }, listener, 'lined')
    if (!this.#ask(entry, lane, line)) return undefined
    this.#entries.set(entry.call.id, entry)
    return entry.call.id
  }

  /** Out of the line. False: it is not in it, or has begun. */
  takeBack(id: number): boolean {
    const entry = this.#entries.get(id)
    if (entry?.state !== 'lined' || !entry.lane!.takeBack(entry.turn)) return false
    entry.line.splice(entry.line.indexOf(entry), 1)
    this.#drop(entry)
    this.#goOn(entry.lane)
    return true
  }

  /**
   * Ends a call, with its thread where it has begun in one. Idempotent; one that is just over ends as it did. Of one that was
   * lined up it is told in its turn: until what it followed is told to be over, nobody knows that it had begun.
   */
  async halt(id: number): Promise<void> {
    const entry = this.#entries.get(id)
    if (!entry || entry.state === 'halted' || entry.state === 'over') return
    const { lane, state } = entry
    if (lane && !lane.takeBack(entry.turn)) {
      if (!lane.revoke(entry.turn)) return
      entry.state = 'halted'
      await lane.terminate()
    }
    this.#drop(entry)
    // What waits for its turn holds no thread, and keeps none.
    if (lane || state === 'running') this.#goOn(lane)
    this.#end(entry, () => entry.listener.ended())
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
      const lane = this.#lanes.takeFree()
      if (lane) this.#begin(entry, lane)
      else this.#open(entry)
    }
  }

  #open(entry: Entry): void {
    this.#lanes.open().then(
      (lane) => (isHalted(entry) ? this.#lanes.giveBack(lane) : this.#begin(entry, lane)),
      (error: Error) => this.#onAnswer(entry, { error }),
    )
  }

  #begin(entry: Entry, lane: FunctionLane): void {
    this.#taken.set(lane, entry.line)
    // Before anybody hears that it runs, and lines up others behind it.
    if (this.#ask(entry, lane, entry.line)) entry.listener.running()
    else this.#onAnswer(entry, { error: new Error('its thread lags behind') })
  }

  #entry(call: PoolCall, listener: PooledCall, state: Entry['state']): Entry {
    return { call: { ...call, id: this.#nextId++ }, listener, lane: undefined, turn: -1, line: [], state }
  }

  #drop(entry: Entry): void {
    entry.state = 'halted'
    this.#entries.delete(entry.call.id)
  }

  /** As the last of that line. False: that lane takes no more at present. */
  #ask(entry: Entry, lane: FunctionLane, line: Entry[]): boolean {
    const turn = lane.run(entry.call, (answer) => this.#onAnswer(entry, answer))
    if (turn === undefined) return false
    entry.lane = lane
    entry.turn = turn
    entry.line = line
    line.push(entry)
    return true
  }

  #onAnswer(entry: Entry, answer: LaneAnswer<FunctionAnswer>): void {
    // `halt` tells of it, once its thread is gone.
    if (isHalted(entry)) return
    const { listener, state, lane, turn } = entry
    entry.state = 'over'
    this.#goOn(lane)
    this.#lanes.fill()
    if ('notBegun' in answer || ('error' in answer && state === 'lined' && lane!.takeBack(turn))) {
      this.#end(entry, () => {
        listener.notBegun()
        return undefined
      })
      return
    }
    this.#end(entry, () => {
      if (state === 'lined') listener.running()
      return 'value' in answer ? listener.answered(answer.value) : listener.failed(answer.error)
    })
  }

  /** That it is over is told in its turn; one that came to no thread has its own. */
  #end(entry: Entry, tell: NonNullable<Entry['tell']>): void {
    entry.tell = tell
    if (entry.line.length === 0) entry.line.push(entry)
    if (entry.line[0] === entry) this.#tellFirst(entry.line)
  }

  /** What is lined up begins in its thread; here that is told once the end of what it followed was. */
  #tellFirst(line: Entry[]): void {
    const [first] = line
    if (!first) return
    if (first.tell) {
      const told = first.tell()
      if (told) void told.then(() => this.#onTold(first))
      else this.#onTold(first)
    } else if (first.state === 'lined') this.#onTurn(first)
  }

  /** It has begun, or is about to; unless it comes too late, as its thread sees for itself where it is there before this. */
  #onTurn(entry: Entry): void {
    const lane = entry.lane!
    const { turn, call, listener } = entry
    if (sharedNowMs() > beginByOf(call) && lane.takeBack(turn)) this.#onAnswer(entry, { notBegun: true })
    else if (lane.begins(turn)) {
      entry.state = 'running'
      listener.running()
    }
  }

  #onTold({ line, call }: Entry): void {
    this.#entries.delete(call.id)
    line.shift()
    this.#tellFirst(line)
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

function beginByOf({ beginByMs = Number.POSITIVE_INFINITY }: PoolCall): number {
  return beginByMs
}
