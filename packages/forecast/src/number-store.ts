/** Numbers as plain data; null stands for one that is not known. */
export type SavedNumbers = (number | null)[][]

/**
 * All that a forecaster remembers, as arrays that its parts ask for once, when they are made. So its size is known and
 * never changes, and it is stored and restored without the parts knowing.
 */
export class NumberStore {
  readonly #arrays: (Float64Array | Float32Array)[] = []

  /** So many numbers at full precision. */
  doubles(length: number, value = 0): Float64Array {
    const array = new Float64Array(length).fill(value)
    this.#arrays.push(array)
    return array
  }

  /** So many numbers to seven digits, for what there is much of. */
  floats(length: number, value = 0): Float32Array {
    const array = new Float32Array(length).fill(value)
    this.#arrays.push(array)
    return array
  }

  get bytes(): number {
    return this.#arrays.reduce((sum, array) => sum + array.byteLength, 0)
  }

  save(): SavedNumbers {
    return this.#arrays.map((array) => Array.from(array, (x) => (Number.isFinite(x) ? x : null)))
  }

  /** Takes all or nothing; false where what was saved has another form. */
  restore(saved: unknown): boolean {
    if (!Array.isArray(saved) || saved.length !== this.#arrays.length) return false
    const fits = this.#arrays.every(({ length }, i) => isNumbers(saved[i], length))
    if (!fits) return false
    this.#arrays.forEach((array, i) => {
      const numbers = saved[i] as (number | null)[]
      for (let k = 0; k < array.length; k++) array[k] = numbers[k] ?? Number.NaN
    })
    return true
  }
}

function isNumbers(list: unknown, length: number): boolean {
  return (
    Array.isArray(list) &&
    list.length === length &&
    list.every((x) => x === null || (typeof x === 'number' && Number.isFinite(x)))
  )
}
