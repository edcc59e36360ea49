import type { Millis, WallMillis } from '@souk/kernel'
import { type PeerId, priorities, type Shape, type TaskId } from '@souk/wire'
import { SaidNever } from './said-never.ts'
import { type Waiting, WaitingLine } from './waiting-line.ts'

/** Where a lot stands among others: the lower level goes first, then (between tenants) fairness, deadline, age. */
export interface Rank {
  level: number
  dueWallMs: WallMillis
  sinceMs: Millis
}

/** Tasks of one shape, so of one tenant, that wait with this bearer: by priority with ageing, deadline, age. */
export class Lot {
  readonly key: string
  readonly shape: Shape
  /** who had its one task before and must not get it again; of most lots nobody */
  readonly avoid: ReadonlySet<PeerId>
  /** who need not fetch their inputs; nobody: those are too small to matter */
  readonly keepers: ReadonlySet<PeerId>
  /** fewer than three are custodians of each of them, so that a host which has just started may take them */
  readonly fewKeep: boolean
  readonly saidNever = new SaidNever()
  readonly #levels: readonly WaitingLine[] = priorities.map(() => new WaitingLine())
  #size = 0
  /** none that came since it was empty has a longer timeout; 0: one of them has none */
  limitMs: Millis = 0
  /** none that came since it was empty has more input to be fetched */
  inputBytes = 0
  /** the auction that asks for it now */
  auction: number | undefined
  /** no new auction before this: nobody had room */
  quietUntil: Millis = 0
  quietMs: Millis = 0

  constructor(
    key: string,
    shape: Shape,
    {
      avoid = [],
      keepers = [],
      fewKeep = false,
    }: Partial<Record<'avoid' | 'keepers', readonly PeerId[]> & { fewKeep: boolean }> = {},
  ) {
    this.key = key
    this.shape = shape
    this.avoid = new Set(avoid)
    this.keepers = new Set(keepers)
    this.fewKeep = fewKeep
  }

  get size(): number {
    return this.#size
  }

  add(waiting: Waiting): void {
    const { timeoutMs = 0, inputBytes = 0 } = waiting
    this.inputBytes = Math.max(inputBytes, this.#size === 0 ? 0 : this.inputBytes)
    const isBounded = timeoutMs > 0 && (this.#size === 0 || this.limitMs > 0)
    this.limitMs = isBounded ? Math.max(timeoutMs, this.#size === 0 ? 0 : this.limitMs) : 0
    this.#levels[priorities.indexOf(waiting.priority)]!.add(waiting)
    this.#size++
  }

  remove(task: TaskId): boolean {
    for (const level of this.#levels) {
      if (!level.delete(task)) continue
      this.#size--
      return true
    }
    return false
  }

  /** Its tasks are being compared: hosts are asked, and it is not known yet that none has room for all of them. */
  get compared(): boolean {
    return this.auction !== undefined && this.quietMs === 0
  }

  get tenant(): string {
    return this.shape.tenant ?? ''
  }

  /** Of the first in line. */
  rank(now: Millis, ageingMs: Millis): Rank | undefined {
    return this.#head(now, ageingMs)?.rank
  }

  /** Takes the first `count` out of the line. */
  take(count: number, now: Millis, ageingMs: Millis): Waiting[] {
    const taken: Waiting[] = []
    while (taken.length < count) {
      const head = this.#head(now, ageingMs)
      if (!head) break
      head.line.delete(head.waiting.task)
      this.#size--
      taken.push(head.waiting)
    }
    return taken
  }

  *waiting(): Generator<Waiting> {
    for (const level of this.#levels) yield* level.all()
  }

  /** Those that have not heard yet that they wait for this reason: they have now. */
  tell(why: Exclude<Waiting['told'], ''>): TaskId[] {
    const told: TaskId[] = []
    for (const waiting of this.waiting()) {
      if (waiting.told === why) continue
      waiting.told = why
      told.push(waiting.task)
    }
    return told
  }

  first(): Waiting | undefined {
    return this.#levels.find((level) => level.size > 0)?.first()
  }

  /** The earliest deadline of those that have one. */
  dueWallMs(): WallMillis | undefined {
    const dues = this.#levels.flatMap((level) => level.firstDue()?.dueWallMs ?? [])
    return dues.length === 0 ? undefined : Math.min(...dues)
  }

  /** Of one rank the higher priority, then the one with a deadline: ageing lifts beside equals, not past them. */
  #head(now: Millis, ageingMs: Millis): { waiting: Waiting; line: WaitingLine; rank: Rank } | undefined {
    let best: { waiting: Waiting; line: WaitingLine; rank: Rank } | undefined
    this.#levels.forEach((line, i) => {
      for (const waiting of [line.firstDue(), line.firstPlain()]) {
        if (!waiting) continue
        const { sinceMs, dueWallMs = Infinity } = waiting
        const level = i - Math.floor((now - sinceMs) / ageingMs)
        if (!best || level < best.rank.level) best = { waiting, line, rank: { level, dueWallMs, sinceMs } }
      }
    })
    return best
  }
}
