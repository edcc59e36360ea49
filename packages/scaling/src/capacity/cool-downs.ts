import type { Millis } from '@souk/kernel'
import type { ScaleIntent } from './scale-intent.ts'

const longestMs = 3_600_000

/** Before these nothing is started, or ended. */
export type CoolUntil = Readonly<Record<ScaleIntent['kind'], Millis>>

export const noCoolDown: CoolUntil = { grow: 0, shrink: 0 }

/** How long whatever was ordered is awaited before anything else is; a kind that fails is asked for less and less often. */
export class CoolDowns {
  readonly #baseMs: Millis
  #until = noCoolDown

  constructor(baseMs: Millis) {
    this.#baseMs = baseMs
  }

  get until(): CoolUntil {
    return this.#until
  }

  /** Of both kinds. */
  begin(now: Millis): void {
    const { grow, shrink } = this.#until
    const least = now + this.#baseMs
    this.#until = { grow: Math.max(grow, least), shrink: Math.max(shrink, least) }
  }

  /** One of this kind was ordered or has failed; of its kind so many have failed in a row. */
  after(kind: ScaleIntent['kind'], failuresInRow: number, now: Millis): void {
    this.begin(now)
    const ms = Math.min(longestMs, this.#baseMs * 2 ** Math.min(20, failuresInRow))
    this.#until = { ...this.#until, [kind]: now + ms }
  }
}
