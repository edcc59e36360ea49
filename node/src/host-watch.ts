import type { HostView } from '@souk/control'
import { dataMount, entriesOf, type Inventory, measureThroughput } from '@souk/inventory'
import type { DriverLog } from '@souk/runtime'
import type { DataFolder } from './data-folder.ts'
import { isStale, readThroughput, writeThroughput } from './throughput-file.ts'
import type { UsageRecorder } from './usage-recorder.ts'

const sampleMs = 30_000
/** Asking a GPU starts a process. */
const gpuMs = 300_000
/** What a crash forgets of the baselines at most. */
const saveMs = 600_000
/** A peer that has just started has better to do. */
const measureAfterMs = 120_000
/** Below this much free space nothing is written just to measure. */
const freeBytesMin = 2e9
/** Whoever asks again within it gets the same answer. */
const freshMs = 10_000

export interface HostWatchOptions {
  folder: DataFolder
  /** as it was found at the start */
  inventory: Inventory
  look(signal: AbortSignal): Promise<Inventory>
  recorder: UsageRecorder
  log: DriverLog
}

/** Looks at the host for as long as the peer runs: its inventory when asked, its use all the time, its disk rarely. */
export class HostWatch {
  readonly #options: HostWatchOptions
  readonly #stopping = new AbortController()
  readonly #timers: NodeJS.Timeout[] = []
  #last: { inventory: Promise<Inventory>; at: number }

  constructor(options: HostWatchOptions) {
    this.#options = options
    this.#last = { inventory: Promise.resolve(options.inventory), at: performance.now() }
  }

  start(): void {
    const { recorder, inventory } = this.#options
    const every = (ms: number, work: () => Promise<void>) => this.#timers.push(setInterval(this.#safely(work), ms))
    every(sampleMs, async () => recorder.sample(new Date()))
    every(saveMs, () => recorder.save())
    if (entriesOf(inventory, 'gpu').length > 0) every(gpuMs, () => this.#sampleGpus())
    this.#timers.push(
      setTimeout(
        this.#safely(() => this.#measure()),
        measureAfterMs,
      ),
    )
    for (const timer of this.#timers) timer.unref()
  }

  async view(): Promise<HostView> {
    return { inventory: await this.#look(), usage: this.#options.recorder.usage() }
  }

  /** Keeps what was learned. The store must still be open. */
  async stop(): Promise<void> {
    for (const timer of this.#timers.splice(0)) clearTimeout(timer)
    await this.#safely(() => this.#options.recorder.save())()
    this.#stopping.abort()
  }

  #look(): Promise<Inventory> {
    if (performance.now() - this.#last.at > freshMs) {
      const inventory = this.#options.look(this.#stopping.signal)
      this.#last = { inventory, at: performance.now() }
      // A look that failed is not an answer to the next question.
      inventory.catch(() => {
        this.#last.at = Number.NEGATIVE_INFINITY
      })
    }
    return this.#last.inventory
  }

  async #sampleGpus(): Promise<void> {
    const busy = entriesOf(await this.#look(), 'gpu').flatMap(({ facts }) => facts.utilisationPercent ?? [])
    if (busy.length === 0) return
    this.#options.recorder.sampleGpus(new Date(), busy.reduce((a, b) => a + b, 0) / busy.length)
  }

  async #measure(): Promise<void> {
    const { folder } = this.#options
    if (!isStale(readThroughput(folder), Date.now())) return
    if ((dataMount(await this.#look())?.facts.freeBytes ?? 0) < freeBytesMin) return
    writeThroughput(folder, await measureThroughput(folder.path, this.#stopping.signal))
  }

  /** What a look at the host costs the peer is at most a line in its log. */
  #safely(work: () => Promise<void>): () => Promise<void> {
    return async () => {
      try {
        await work()
      } catch (error) {
        if (!this.#stopping.signal.aborted) this.#options.log('warn', 'this host could not be looked at', { error })
      }
    }
  }
}
