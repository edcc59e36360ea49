import { hash64, hashHex } from '@souk/kernel'

const float = new Float64Array(1)
const words = new Uint32Array(float.buffer)

/**
 * A running hash of a whole run (I15: same seed, same hash). Fed field by field with what matters of every
 * effect; nothing is turned into text for its sake.
 */
export class TraceHash {
  #hi = 0x9e3779b9
  #lo = 0x85ebca6b

  number(value: number): void {
    float[0] = value
    this.#mix(words[0]!)
    this.#mix(words[1]!)
  }

  text(value: string): void {
    const { hi, lo } = hash64(value, this.#lo)
    this.#mix(hi)
    this.#mix(lo)
  }

  toString(): string {
    return hashHex({ hi: this.#hi >>> 0, lo: this.#lo >>> 0 })
  }

  #mix(word: number): void {
    this.#hi = Math.imul(this.#hi ^ word, 2654435761)
    this.#lo = Math.imul(this.#lo ^ word ^ (this.#hi >>> 15), 1597334677)
    this.#hi ^= this.#lo >>> 13
  }
}
