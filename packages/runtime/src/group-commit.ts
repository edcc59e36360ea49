import type { Write } from '@souk/peer'
import { type Clock, CodedError, type RecordStore } from './ports.ts'
import { StoreProbe } from './store-probe.ts'

/** What the disk said to writes that it refused. */
interface DiskRefusal {
  code: 'disk-full' | 'io'
  message: string
}

/** Why writes are not on disk. `stopped`: the peer had ended, so that nothing is written any more. */
export type NotWritten = DiskRefusal | { code: 'stopped'; message: string }

export const hasStopped: NotWritten = { code: 'stopped', message: 'The peer has stopped.' }

/** How one group of persist effects ended. */
export type Committed =
  | { type: 'persisted'; upToSeq: number }
  | ({ type: 'persistFailed'; fromSeq: number; upToSeq: number } & DiskRefusal)

/**
 * Entries that may wait behind the write in flight. Above it the disk has stalled for long, and refusing is
 * honest; without a bound a stalled disk would fill the memory.
 */
const waitingWritesMax = 100_000

/**
 * One durable write at a time: what comes while it is in flight becomes the next one. So an idle store commits at
 * once, and a busy one pays one fsync for all that came meanwhile. After a failure it tries by itself whether writing
 * works again, so that a peer with nothing to write says so too.
 */
export class GroupCommit {
  readonly #records: RecordStore
  readonly #onCommitted: (result: Committed) => void
  readonly #onBug: (error: unknown) => void
  /** newest value per key; a batch is all or nothing, so older ones need not be written */
  #waiting = new Map<string, unknown>()
  #fromSeq = 0
  #upToSeq = 0
  #inFlight = false
  readonly #probe: StoreProbe
  /** the highest seq that was ever on disk */
  #writtenSeq = 0
  /** seqs that came when too much waited; answered in their turn */
  #refused: { fromSeq: number; upToSeq: number } | undefined
  #idle: (() => void)[] = []
  #addedSeq = 0
  #answeredSeq = 0
  /** by the seq they wait for, which only grows */
  readonly #settling: { seq: number; resolve: (failure: NotWritten | undefined) => void }[] = []
  /** batches written and entries in them, for counters */
  batches = 0
  entries = 0

  constructor(options: {
    records: RecordStore
    clock: Pick<Clock, 'after'>
    onCommitted: (result: Committed) => void
    /** something that no disk can cause, such as a value that cannot be encoded */
    onBug: (error: unknown) => void
  }) {
    this.#records = options.records
    this.#onCommitted = options.onCommitted
    this.#onBug = options.onBug
    this.#probe = new StoreProbe({
      records: options.records,
      clock: options.clock,
      // Nothing new is on disk, but what waits to hear so hears that writing works.
      onWorks: () => this.#onCommitted({ type: 'persisted', upToSeq: this.#writtenSeq }),
    })
  }

  /** No probe goes on after this. */
  stop(): void {
    this.#probe.stop()
  }

  /** Queues one persist effect; written by `flush` or by the end of the write in flight. */
  add(seq: number, writes: Write[]): void {
    this.#addedSeq = seq
    if (this.#upToSeq !== 0 && this.#waiting.size + writes.length > waitingWritesMax) {
      this.#refused ??= { fromSeq: seq, upToSeq: seq }
    }
    if (this.#refused) {
      // All that follows too, until the waiting group is through: a later watermark would cover this seq.
      this.#refused.upToSeq = seq
      return
    }
    if (this.#upToSeq === 0) this.#fromSeq = seq
    this.#upToSeq = seq
    for (const { key, value } of writes) this.#waiting.set(key, value)
  }

  /** Starts writing what waits, unless a write is in flight. */
  flush(): void {
    if (!this.#inFlight && this.#upToSeq !== 0) void this.#run()
  }

  /** Resolves when nothing waits or is in flight. */
  idle(): Promise<void> {
    if (!this.#inFlight && this.#upToSeq === 0) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  /** Resolves once all that was added until now is on disk, or with why it is not; what comes later keeps nobody waiting. */
  settled(): Promise<NotWritten | undefined> {
    const seq = this.#addedSeq
    if (seq === this.#answeredSeq) return Promise.resolve(undefined)
    return new Promise((resolve) => this.#settling.push({ seq, resolve }))
  }

  async #run(): Promise<void> {
    this.#inFlight = true
    while (this.#upToSeq !== 0) {
      const writes = [...this.#waiting].map(([key, value]) => ({ key, value }))
      const [fromSeq, upToSeq] = [this.#fromSeq, this.#upToSeq]
      this.#waiting = new Map()
      this.#upToSeq = 0
      await this.#write(writes, fromSeq, upToSeq)
      this.#answerRefused()
    }
    this.#inFlight = false
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  #answerRefused(): void {
    if (!this.#refused || this.#upToSeq !== 0) return
    const refused = this.#refused
    this.#refused = undefined
    const message = `The disk does not keep up: over ${waitingWritesMax} entries waited to be written.`
    this.#answer({ type: 'persistFailed', ...refused, code: 'io', message })
  }

  #answer(result: Committed): void {
    this.#answeredSeq = result.upToSeq
    this.#onCommitted(result)
    const failure = result.type === 'persistFailed' ? { code: result.code, message: result.message } : undefined
    while ((this.#settling[0]?.seq ?? Infinity) <= result.upToSeq) this.#settling.shift()!.resolve(failure)
  }

  async #write(writes: Write[], fromSeq: number, upToSeq: number): Promise<void> {
    this.batches++
    this.entries += writes.length
    try {
      await this.#records.write(writes)
    } catch (error) {
      if (!(error instanceof CodedError)) return this.#onBug(error)
      const code = error.code === 'disk-full' ? 'disk-full' : 'io'
      this.#probe.failed()
      return this.#answer({ type: 'persistFailed', fromSeq, upToSeq, code, message: error.message })
    }
    this.#writtenSeq = upToSeq
    this.#probe.worked()
    this.#answer({ type: 'persisted', upToSeq })
  }
}
