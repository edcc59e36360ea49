import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Deadlines } from '../src/index.ts'

/** The same, kept as a list that is sorted on every look. */
class Naive {
  #order = 0
  #all: { key: number; at: number; order: number }[] = []
  get size() {
    return this.#all.length
  }
  sorted() {
    return this.#all.toSorted((a, b) => a.at - b.at || a.order - b.order)
  }
  set(key: number, at: number) {
    this.delete(key)
    this.#all.push({ key, at, order: this.#order++ })
  }
  delete(key: number) {
    const before = this.#all.length
    this.#all = this.#all.filter((d) => d.key !== key)
    return this.#all.length < before
  }
  get(key: number) {
    return this.#all.find((d) => d.key === key)?.at
  }
  popDue(now: number) {
    const first = this.sorted()[0]
    if (first === undefined || first.at > now) return undefined
    this.delete(first.key)
    return first.key
  }
}

const key = fc.nat({ max: 12 })
const at = fc.nat({ max: 20 })
const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('set' as const), key, at }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('delete' as const), key }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('pop' as const), at }) },
)

test('deadlines behave like a sorted list', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 80 }), (operations) => {
      const real = new Deadlines<number>()
      const naive = new Naive()
      for (const op of operations) {
        if (op.type === 'set') {
          real.set(op.key, op.at)
          naive.set(op.key, op.at)
        } else if (op.type === 'delete') expect(real.delete(op.key)).toBe(naive.delete(op.key))
        else expect(real.popDue(op.at)).toBe(naive.popDue(op.at))
        expect(real.size).toBe(naive.size)
        expect(real.next()).toBe(naive.sorted()[0]?.at)
        for (let k = 0; k <= 12; k++) expect(real.get(k)).toBe(naive.get(k))
      }
      const drained: (number | undefined)[] = []
      while (real.size > 0) drained.push(real.popDue(Number.POSITIVE_INFINITY))
      expect(drained).toEqual(naive.sorted().map((d) => d.key))
    }),
    { numRuns: 200 },
  )
})

test('what is due pops earliest first, ties in the order they were last set', () => {
  const deadlines = new Deadlines<string>()
  deadlines.set('late', 30)
  deadlines.set('first', 10)
  deadlines.set('second', 10)
  deadlines.set('moved', 5)
  deadlines.set('moved', 10)
  expect(
    deadlines
      .entries()
      .map((e) => e.key)
      .toSorted(),
  ).toEqual(['first', 'late', 'moved', 'second'])
  expect([1, 2, 3, 4].map(() => deadlines.popDue(29))).toEqual(['first', 'second', 'moved', undefined])
  expect(deadlines.next()).toBe(30)
})

test('a key can be armed again while due ones are popped', () => {
  const deadlines = new Deadlines<string>()
  deadlines.set('tick', 1)
  const fired: number[] = []
  for (let now = 1; now <= 5; now++) {
    while (deadlines.popDue(now) !== undefined) {
      fired.push(now)
      deadlines.set('tick', now + 1)
    }
  }
  expect(fired).toEqual([1, 2, 3, 4, 5])
  expect(deadlines.size).toBe(1)
})
