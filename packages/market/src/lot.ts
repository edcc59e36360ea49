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

/**
 * Tasks of one shape (so of one tenant) that wait with this bearer: the unit that auctions and WANTED deal with. First in
 * line is the highest priority after ageing, then the earliest deadline, then the oldest.
 */
export class Lot {
  readonly key: string
  readonly shape: Shape
  /** peers that had the baton of its task before and may not get it again; such a lot has one task */
  readonly avoid: ReadonlySet<PeerId>
  /** hosts that already have the inputs of these tasks; empty: the inputs are too small to matter */
  readonly keepers: ReadonlySet<PeerId>
  /** each task has fewer than three custodians, so a host that has just started (`unsure`) may take it */
  readonly fewKeep: boolean
  readonly saidNever = new SaidNever()
  readonly #levels: readonly WaitingLine[] = priorities.map(() => new WaitingLine())
  #size = 0
  /** longest timeout of the tasks that came since the lot was last empty; 0: one of them has none */
  limitMs: Millis = 0
  /** largest input of the tasks that came since the lot was last empty */
  inputBytes = 0
  /** its auction under way */
  auction: number | undefined
  /** no new auction before this, since the last one found no room */
  quietUntil: Millis = 0
  /** the pause, doubled each time that no room is found; 0: room was not lacking since the lot was last empty */
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

  /** An auction is under way and none before it found too little room: a host that asks (WANTED) gets none of these. */
  get compared(): boolean {
    return this.auction !== undefined && this.quietMs === 0
  }

  get tenant(): string {
    return this.shape.tenant ?? ''
  }

  /** Rank of the first in line. */
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

  /** The tasks whose readers do not yet know that they wait for this reason; they count as told from now on. */
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

  /** The earliest deadline in the lot; undefined: no task has one. */
  dueWallMs(): WallMillis | undefined {
    const dues = this.#levels.flatMap((level) => level.firstDue()?.dueWallMs ?? [])
    return dues.length === 0 ? undefined : Math.min(...dues)
  }

  /** At equal level the higher original priority goes first, then a task with a deadline: ageing never overtakes equals. */
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
