import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Prng } from '../src/index.ts'

const draws = (prng: Prng, n = 20) => Array.from({ length: n }, () => prng.uint32())

test('the same seed gives the same sequence, now and in the next version', () => {
  expect(draws(new Prng(1), 3)).toEqual([1515403393, 2357803124, 2525956651])
  expect(draws(new Prng('x').fork('a'), 3)).toEqual([1112807524, 845136376, 1151584244])
})

test('other seeds and labels give other sequences', () => {
  const sources = [new Prng(1), new Prng(2), new Prng('1x'), new Prng(1).fork('a'), new Prng(1).fork('b')]
  expect(new Set(sources.map((s) => draws(s).join())).size).toBe(sources.length)
})

test('a fork does not depend on what was drawn, nor does it draw', () => {
  const fresh = new Prng(7)
  const used = new Prng(7)
  draws(used, 100)
  expect(draws(used.fork('market'))).toEqual(draws(fresh.fork('market')))
  const untouched = new Prng(7)
  fresh.fork('other')
  expect(draws(fresh)).toEqual(draws(untouched))
})

test('numbers below n are whole, in range and evenly spread', () => {
  const prng = new Prng('uniform')
  for (const n of [1, 2, 7, 100]) {
    const counts = new Array<number>(n).fill(0)
    const total = n * 1000
    for (let i = 0; i < total; i++) counts[prng.below(n)]!++
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(170)
  }
})

test('fractions lie in [0, 1), exponentials have their mean, chances their rate', () => {
  const prng = new Prng('moments')
  const n = 20_000
  const mean = (draw: () => number) => Array.from({ length: n }, draw).reduce((a, b) => a + b) / n
  const floats = Array.from({ length: n }, () => prng.float())
  expect(Math.min(...floats)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...floats)).toBeLessThan(1)
  expect(floats.reduce((a, b) => a + b) / n).toBeCloseTo(0.5, 2)
  expect(mean(() => prng.exponential(50)) / 50).toBeCloseTo(1, 1)
  expect(mean(() => (prng.chance(0.3) ? 1 : 0))).toBeCloseTo(0.3, 1)
  expect(prng.chance(0)).toBe(false)
  expect(prng.chance(1)).toBe(true)
})

test('a sample has different entries of the list and leaves the list alone', () => {
  fc.assert(
    fc.property(fc.integer(), fc.uniqueArray(fc.nat(), { maxLength: 20 }), fc.nat({ max: 25 }), (seed, list, n) => {
      const before = [...list]
      const sample = new Prng(seed).sample(list, n)
      expect(sample).toHaveLength(Math.min(n, list.length))
      expect(new Set(sample).size).toBe(sample.length)
      for (const entry of sample) expect(list).toContain(entry)
      expect(list).toEqual(before)
    }),
  )
})

test('every entry is sampled and picked about equally often', () => {
  const prng = new Prng('sample')
  const list = [0, 1, 2, 3, 4, 5]
  const sampled = new Array<number>(6).fill(0)
  const picked = new Array<number>(6).fill(0)
  for (let i = 0; i < 6000; i++) {
    for (const entry of prng.sample(list, 2)) sampled[entry]!++
    picked[prng.pick(list)]!++
  }
  for (const count of sampled) expect(Math.abs(count - 2000)).toBeLessThan(200)
  for (const count of picked) expect(Math.abs(count - 1000)).toBeLessThan(150)
})
