import { BoundedMap, type Millis } from '@souk/kernel'

/** gangs whose patience is remembered */
const patienceMax = 1_024

/** How long gangs have had room kept at one host while they waited for the rest of it. */
export class Patience {
  readonly #msMax: Millis
  /** since when a gang has room kept patiently */
  readonly #since = new BoundedMap<string, Millis>(patienceMax)

  constructor(msMax: Millis) {
    this.#msMax = msMax
  }

  /** For so long it had room kept, and then others have their turn for as long. */
  allows(id: string, now: Millis): boolean {
    const known = this.#since.get(id)
    const sinceMs = known !== undefined && now - known <= 2 * this.#msMax ? known : now
    this.#since.push(id, sinceMs)
    return now - sinceMs <= this.#msMax
  }
}
