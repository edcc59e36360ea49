import type { Clock, RecordStore } from './ports.ts'

/** The first try comes after this; the wait doubles with each that fails. */
const waitMsFirst = 1000
const waitMsMax = 30_000
/** As much as the largest record of a task takes: with less room the next submit would fail again. */
const probeBytes = 64 * 1024
const probeKey = 'self/probe'

/** Once a write has failed: tries, less and less often, whether writing works again, and says so once. */
export class StoreProbe {
  readonly #records: RecordStore
  readonly #clock: Pick<Clock, 'after'>
  readonly #onWorks: () => void
  #waitMs = waitMsFirst
  #cancel: (() => void) | undefined
  #failing = false
  #trying = false
  #stopped = false

  constructor(options: { records: RecordStore; clock: Pick<Clock, 'after'>; onWorks: () => void }) {
    this.#records = options.records
    this.#clock = options.clock
    this.#onWorks = options.onWorks
  }

  /** A write has failed. */
  failed(): void {
    this.#failing = true
    this.#schedule()
  }

  /** A write has worked: there is nothing to try. */
  worked(): void {
    this.#failing = false
    this.#waitMs = waitMsFirst
    this.#cancel?.()
    this.#cancel = undefined
  }

  stop(): void {
    this.#stopped = true
    this.worked()
  }

  #schedule(): void {
    if (this.#stopped || this.#trying) return
    this.#cancel ??= this.#clock.after(this.#waitMs, () => {
      this.#cancel = undefined
      void this.#try()
    })
  }

  async #try(): Promise<void> {
    this.#trying = true
    this.#waitMs = Math.min(this.#waitMs * 2, waitMsMax)
    let works = false
    try {
      await this.#records.write([{ key: probeKey, value: new Uint8Array(probeBytes) }])
      await this.#records.write([{ key: probeKey, value: undefined }])
      works = true
    } catch {
      // Whatever it was: the next try tells.
    }
    this.#trying = false
    if (!this.#failing || this.#stopped) return
    if (!works) {
      this.#schedule()
      return
    }
    this.worked()
    this.#onWorks()
  }
}
