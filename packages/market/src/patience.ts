import { BoundedMap, type Millis } from '@souk/kernel'

/** gangs remembered by one host */
const patienceMax = 1_024

/** Limits how long one gang may be patient at this host, so that no gang idles its slots for ever. */
export class Patience {
  readonly #msMax: Millis
  /** since when a gang has room kept patiently */
  readonly #since = new BoundedMap<string, Millis>(patienceMax)

  constructor(msMax: Millis) {
    this.#msMax = msMax
  }

  /** True for `msMax` since the gang first was patient here, then false for as long, in which others have their turn. */
  allows(id: string, now: Millis): boolean {
    const known = this.#since.get(id)
    const sinceMs = known !== undefined && now - known <= 2 * this.#msMax ? known : now
    this.#since.push(id, sinceMs)
    return now - sinceMs <= this.#msMax
  }
}
