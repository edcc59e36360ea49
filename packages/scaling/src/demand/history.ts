import { type Counted, quantities } from './quantities.ts'

/** The latest buckets of one class, oldest first; NaN where nothing is known of one. 24 bytes a bucket. */
export class History {
  /** none before the first bucket: most classes never have one */
  #numbers: Float32Array = new Float32Array(0)
  readonly #buckets: number
  #count = 0

  constructor(buckets: number) {
    this.#buckets = buckets
  }

  get size(): number {
    return Math.min(this.#count, this.#buckets)
  }

  push(counted: Counted | undefined): void {
    if (this.#count === 0) this.#numbers = new Float32Array(this.#buckets * quantities.length)
    const at = (this.#count++ % this.#buckets) * quantities.length
    for (const [i, quantity] of quantities.entries()) this.#numbers[at + i] = counted?.[quantity] ?? Number.NaN
  }

  /** The latest `count` of one quantity. */
  latest(quantity: (typeof quantities)[number], count = this.size): number[] {
    const column = quantities.indexOf(quantity)
    const first = this.#count - Math.min(count, this.size)
    const values: number[] = []
    for (let i = first; i < this.#count; i++) {
      values.push(this.#numbers[(i % this.#buckets) * quantities.length + column]!)
    }
    return values
  }

  /** The most of one quantity in the latest `count` buckets; 0 where nothing is known. */
  most(quantity: (typeof quantities)[number], count = this.size): number {
    return Math.max(0, ...this.latest(quantity, count).filter((value) => !Number.isNaN(value)))
  }

  /** Share of the known buckets in which nothing ran, from 0 to 1. */
  get idleShare(): number {
    const known = this.latest('workers').filter((value) => !Number.isNaN(value))
    return known.length === 0 ? 0 : known.filter((value) => value === 0).length / known.length
  }

  /** Plain data; null where nothing is known. */
  save(): (number | null)[][] {
    return quantities.map((quantity) => this.latest(quantity).map((value) => (Number.isFinite(value) ? value : null)))
  }

  /** Whatever of it can be used. */
  restore(saved: unknown): void {
    if (!Array.isArray(saved) || saved.length !== quantities.length || !saved.every(Array.isArray)) return
    const columns = saved as unknown[][]
    const length = Math.min(this.#buckets, ...columns.map((column) => column.length))
    for (let i = 0; i < length; i++) {
      const values = columns.map((column) => column[column.length - length + i])
      const known = values.every((value) => typeof value === 'number' && value >= 0 && Number.isFinite(value))
      const counted = Object.fromEntries(quantities.map((quantity, k) => [quantity, values[k]])) as Counted
      this.push(known ? counted : undefined)
    }
  }
}
