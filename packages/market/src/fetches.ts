import { Deadlines, type Millis } from '@souk/kernel'
import { limits, type MessageOf, type PeerId, tiesOf } from '@souk/wire'
import type { MarketConfig } from './config.ts'
import { clamped } from './free-vector.ts'
import type { LocalView } from './views.ts'

/** fetches under way at once; more are refused */
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
 * Carries out this host's part of a plan: asks a bearer for the named tasks (a WANTED that names them) and tells the mover, the
 * peer that carries out the plan, what came of it. Bound: fetchesMax, each given up after wantMsMax, as the mover does too.
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

  /** Returns the WANTED to send, or the answer to the mover if it is refused. `refusal`: why this host takes nothing now. */
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

  /** Ties of the tasks here, so that the bearer can give tied tasks; left out if there are too many to send. */
  #ties(): Pick<MessageOf<'wanted'>, 'ties'> {
    const there = this.#local.ties()
    return there.length > limits.tiedThereMax ? {} : { ties: there.map((ties) => tiesOf(ties) ?? {}) }
  }

  /** The answer for the mover; undefined: `given` answers none of these questions. */
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
