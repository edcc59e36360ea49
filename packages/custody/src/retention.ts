import type { Millis } from '@souk/kernel'
import type { Closings } from './closings.ts'
import type { CustodyConfig } from './config.ts'
import type { CustodianEffect } from './custodian-io.ts'
import type { Proposer } from './proposer.ts'
import type { TaskBook } from './task-book.ts'

type Out = CustodianEffect[]

/** Tasks stripped or forgotten in one step, up to four writes each, and after how long the next step follows. */
const sweptMax = 1_000
const sweepSoonMs = 100

interface RetentionParts {
  book: TaskBook
  closings: Closings
  proposer: Proposer
}

/** How long closed tasks and pointers are kept: whole for `keepMs`, then as a tombstone for `tombstoneMs`, then not at all. */
export class Retention {
  readonly #config: CustodyConfig
  readonly #book: TaskBook
  readonly #closings: Closings
  readonly #proposer: Proposer
  #nextMs: Millis = 0

  constructor(config: CustodyConfig, { book, closings, proposer }: RetentionParts) {
    this.#config = config
    this.#book = book
    this.#closings = closings
    this.#proposer = proposer
  }

  start(now: Millis): void {
    this.#nextMs = now + this.#config.sweepMs
  }

  nextWakeup(): Millis {
    return this.#nextMs
  }

  /** Strips and forgets tasks that have outlived their time, at most `sweptMax`: each is written. The rest follows soon. */
  sweep(now: Millis, out: Out): void {
    const { closedMax, tombstonesMax, keepMs, tombstoneMs, sweepMs } = this.#config
    const { archive } = this.#book
    const keptSince = this.#book.wall(now) - keepMs
    let left = sweptMax
    for (let entry = archive.popWhole(keptSince, closedMax); entry; entry = archive.popWhole(keptSince, closedMax)) {
      this.#closings.strip(entry, out)
      if (--left === 0) break
    }
    const gone = archive.outlived(tombstonesMax, keptSince - tombstoneMs, left)
    for (const task of gone) {
      this.#book.forget(task)
      this.#proposer.forget(task)
    }
    if (gone.length > 0) this.#book.erase(gone, out)
    this.#nextMs = now + (left - gone.length > 0 ? sweepMs : sweepSoonMs)
  }
}
