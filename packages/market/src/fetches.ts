import { Deadlines, type Millis } from '@souk/kernel'
import { limits, type MessageOf, type PeerId, tiesOf } from '@souk/wire'
import type { MarketConfig } from './config.ts'
import { clamped } from './free-vector.ts'
import type { LocalView } from './views.ts'

/** of moves that are fetched at once; more are refused */
const fetchesMax = 64

interface Asked {
  mover: PeerId
  ask: number
  bearer: PeerId
}

export interface FetchSend {
  to: PeerId
  message: MessageOf<'wanted' | 'fetched'>
}

/**
 * Asks bearers for tasks that a plan names, and tells whoever carries it out what came of it. Bound: fetchesMax, each over
 * after wantMsMax: then whoever asked gives up too.
 */
export class Fetches {
  readonly #config: Pick<MarketConfig, 'wantMsMax'>
  readonly #local: LocalView
  readonly #fetches = new Map<number, Asked>()
  readonly #over = new Deadlines<number>()

  constructor(config: Pick<MarketConfig, 'wantMsMax'>, local: LocalView) {
    this.#config = config
    this.#local = local
  }

  next(): Millis | undefined {
    return this.#over.next()
  }

  /** `want`: the number of the question; `refusal`: this host takes nothing at all now. */
  begin(
    mover: PeerId,
    { ask, bearer, tasks, code, reason }: MessageOf<'fetch'>,
    { want, refusal, quotas }: { want: number; refusal: string | undefined; quotas: MessageOf<'wanted'>['quotas'] },
    now: Millis,
  ): FetchSend {
    const why = refusal ?? (tasks.length === 0 || this.#fetches.size >= fetchesMax ? 'too-many' : undefined)
    if (why !== undefined) {
      const left = [{ code: why, count: tasks.length }]
      return { to: mover, message: { t: 'fetched', ask, count: 0, left } }
    }
    this.#fetches.set(want, { mover, ask, bearer })
    this.#over.set(want, now + this.#config.wantMsMax)
    const free = clamped(this.#local.free())
    const frame = {
      aheadMs: 0,
      concurrent: 0,
      offeredMs: Math.floor(now),
      ...(quotas ? { quotas } : {}),
      ...this.#ties(),
    }
    const message = { t: 'wanted' as const, want, free, count: tasks.length, ...frame, named: { tasks, code, reason } }
    return { to: bearer, message }
  }

  /** What else is here only this host knows; tied tasks are given by it. */
  #ties(): Pick<MessageOf<'wanted'>, 'ties'> {
    const there = this.#local.ties()
    return there.length > limits.tiedThereMax ? {} : { ties: there.map((ties) => tiesOf(ties) ?? {}) }
  }

  /** Undefined: it is no answer to any of these. */
  onGiven(from: PeerId, { want, count, left = [] }: MessageOf<'given'>): FetchSend | undefined {
    const asked = this.#fetches.get(want)
    if (asked?.bearer !== from) return undefined
    this.#fetches.delete(want)
    this.#over.delete(want)
    return { to: asked.mover, message: { t: 'fetched', ask: asked.ask, count, left } }
  }

  onTimers(now: Millis): void {
    for (let want = this.#over.popDue(now); want !== undefined; want = this.#over.popDue(now))
      this.#fetches.delete(want)
  }
}
