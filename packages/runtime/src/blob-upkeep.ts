import { type StoredBlobs, storedBlobs, type Write } from '@souk/peer'
import type { BlobRef, PeerId, TaskId } from '@souk/wire'
import type { PeerBlobs } from './blob-access.ts'
import type { Clock, CollectableBlobs } from './ports.ts'

/** how often what nobody needs is removed, and what is lacking is looked for */
const roundMs = 5 * 60_000
/** the first time: soon after a start, for what the last life did not come to */
const firstRoundMs = 30_000
/** Blobs so young stay in any case: the task that names one comes after it was put. */
const youngMs = 60 * 60_000
/** Its origin, or whoever ran it, is giving it to us just now; only then do we ask for it ourselves. */
const patienceMs = 2_000
const retryMsMin = 5_000
const retryMsMax = 5 * 60_000
/** then the next round finds it again */
const triesMax = 10
/** fetched side by side: more crowd out what tasks fetch for themselves */
const fetchesMax = 4
/** lacking blobs that are remembered; more are found in a later round */
const wantedMax = 10_000

/** What the machine knows of the tasks that are kept here. */
export interface KeptBlobs {
  keepersOf(task: TaskId): readonly PeerId[]
  blobsKept(): Iterable<StoredBlobs>
}

export interface BlobUpkeepOptions {
  self: PeerId
  clock: Clock
  blobs: CollectableBlobs
  access: PeerBlobs
  kept: KeptBlobs
  log(level: 'info' | 'warn', message: string, fields: Record<string, unknown>): void
}

interface Wanted {
  blob: BlobRef
  task: TaskId
  from: PeerId[]
  tries: number
  dueMs: number
  fetching: boolean
}

/**
 * A custodian keeps a task's blobs as well as its record: what it lacks it fetches, from whoever had it first and from
 * the task's other custodians; what no task here names any more it removes.
 */
export class BlobUpkeep {
  readonly #options: BlobUpkeepOptions
  readonly #stopping = new AbortController()
  readonly #wanted = new Map<string, Wanted>()
  /** named since the round at hand began: it goes by what was kept before */
  #named = new Set<string>()
  #fetches = 0
  #cancelRound = () => {}
  #cancelLook: (() => void) | undefined

  constructor(options: BlobUpkeepOptions) {
    this.#options = options
  }

  start(): void {
    this.#roundIn(firstRoundMs)
  }

  stop(): void {
    this.#stopping.abort()
    this.#cancelRound()
    this.#cancelLook?.()
  }

  /** What the machine stores may make this peer a keeper of blobs. */
  onWrites(writes: readonly Write[]): void {
    for (const write of writes) {
      const stored = storedBlobs(write)
      if (stored) this.#want(stored)
    }
  }

  /** Removes what is needed no more, then looks for what is lacking. Never rejects. */
  async round(): Promise<void> {
    const { blobs, kept, log } = this.#options
    const { signal } = this.#stopping
    try {
      this.#named = new Set()
      const needed = new Map<string, { stored: StoredBlobs; blob: BlobRef }>()
      for (const stored of kept.blobsKept()) {
        for (const blob of stored.blobs) needed.set(blob.hash, { stored, blob })
      }
      const isNeeded = (hash: string) => needed.has(hash) || this.#named.has(hash)
      const collected = await blobs.collect(isNeeded, youngMs, signal)
      if (collected.blobs > 0) log('info', 'removed blobs that no task needs', { ...collected })
      for (const { stored, blob } of needed.values()) {
        if (!(await blobs.has(blob.hash))) this.#want({ ...stored, blobs: [blob] })
      }
    } catch (error) {
      if (!signal.aborted) log('warn', 'looking after blobs failed; it is tried again', { error })
    }
  }

  #roundIn(ms: number): void {
    this.#cancelRound = this.#options.clock.after(ms, () => {
      void this.round().then(() => {
        if (!this.#stopping.signal.aborted) this.#roundIn(roundMs)
      })
    })
  }

  #want({ task, blobs, from }: StoredBlobs): void {
    const dueMs = this.#options.clock.now() + patienceMs
    for (const blob of blobs) {
      this.#named.add(blob.hash)
      if (this.#wanted.size < wantedMax && !this.#wanted.has(blob.hash))
        this.#wanted.set(blob.hash, { blob, task, from, tries: 0, dueMs, fetching: false })
    }
    this.#lookLater()
  }

  #lookLater(): void {
    if (this.#cancelLook || this.#stopping.signal.aborted || this.#fetches >= fetchesMax) return
    let dueMs = Infinity
    for (const wanted of this.#wanted.values()) if (!wanted.fetching) dueMs = Math.min(dueMs, wanted.dueMs)
    if (dueMs === Infinity) return
    const { clock } = this.#options
    this.#cancelLook = clock.after(Math.max(0, dueMs - clock.now()), () => {
      this.#cancelLook = undefined
      this.#look()
    })
  }

  #look(): void {
    const now = this.#options.clock.now()
    for (const wanted of this.#wanted.values()) {
      if (this.#fetches >= fetchesMax) return
      if (wanted.fetching || wanted.dueMs > now) continue
      wanted.fetching = true
      this.#fetches++
      void this.#bring(wanted).finally(() => {
        this.#fetches--
        wanted.fetching = false
        this.#lookLater()
      })
    }
    this.#lookLater()
  }

  async #bring(wanted: Wanted): Promise<void> {
    const { access, kept, clock, self } = this.#options
    const { blob, task, from } = wanted
    const keepers = kept.keepersOf(task)
    const sources = [...new Set([...from, ...keepers])].filter((peer) => peer !== self)
    try {
      // Others keep it by now, or nobody does.
      if (keepers.length > 0) await access.bring(blob, sources, this.#stopping.signal)
      this.#wanted.delete(blob.hash)
    } catch {
      if (++wanted.tries >= triesMax) this.#wanted.delete(blob.hash)
      else wanted.dueMs = clock.now() + Math.min(retryMsMax, retryMsMin * 2 ** wanted.tries)
    }
  }
}
