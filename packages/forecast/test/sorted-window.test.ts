import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NumberStore } from '../src/number-store.ts'
import { SortedWindow } from '../src/sorted-window.ts'

test('the quantiles of a window are those of its latest values', () => {
  const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 20 }), (list, valuesMax) => {
      const window = new SortedWindow(valuesMax, new NumberStore())
      for (const value of list) window.add(value)
      const sorted = list.slice(-valuesMax).sort((a, b) => a - b)
      expect(window.count).toBe(sorted.length)
      const seen = sorted.map((_, i) => window.quantile((i + 1) / (sorted.length + 1)))
      seen.forEach((value, i) => {
        expect(value).toBeCloseTo(sorted[i]!, 6)
      })
      expect([window.quantile(-1), window.quantile(2)]).toEqual([sorted[0], sorted.at(-1)])
    }),
  )
})

test('an empty one has none', () => {
  expect(new SortedWindow(3, new NumberStore()).quantile(0.5)).toBeNaN()
})
