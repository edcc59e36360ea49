import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AgedMap } from '../src/index.ts'

const operation = fc.record({
  type: fc.constantFrom('set', 'set', 'set', 'delete', 'deleteOldest', 'deleteOldest', 'clear'),
  key: fc.nat({ max: 300 }),
  value: fc.nat(),
  look: fc.boolean(),
})

test('an aged map is a map that knows its oldest entry, whatever was done to it before', () => {
  fc.assert(
    fc.property(fc.array(operation, { minLength: 50, maxLength: 1000 }), (operations) => {
      const real = new AgedMap<number, number>()
      const model = new Map<number, number>()
      const oldest = () => model.entries().next().value
      for (const { type, key, value, look } of operations) {
        if (type === 'set') {
          real.set(key, value)
          model.set(key, value)
        } else if (type === 'delete') expect(real.delete(key)).toBe(model.delete(key))
        else if (type === 'deleteOldest') {
          const [first] = real.oldest() ?? []
          expect(first).toBe(oldest()?.[0])
          if (first !== undefined) {
            real.delete(first)
            model.delete(first)
          }
        } else if (value % 50 === 0) {
          real.clear()
          model.clear()
        }
        if (look) expect(real.oldest()).toEqual(oldest())
        expect(real.size).toBe(model.size)
      }
      expect([...real.entries()]).toEqual([...model])
      expect([...real.keys()]).toEqual([...model.keys()])
      expect([...real.values()]).toEqual([...model.values()])
      for (const key of model.keys()) expect(real.has(key) && real.get(key)).toBe(model.get(key))
    }),
    { numRuns: 200 },
  )
})

test('the oldest of a map that was long empty, or whose oldest stayed for long, is found', () => {
  const map = new AgedMap<number, string>()
  map.set(0, 'first')
  expect(map.oldest()).toEqual([0, 'first'])
  for (let i = 1; i <= 1000; i++) {
    map.set(i, 'passing')
    if (i > 3) map.delete(i - 3)
  }
  expect(map.oldest()).toEqual([0, 'first'])
  map.delete(0)
  expect(map.oldest()).toEqual([998, 'passing'])
  for (let i = 998; i <= 1000; i++) map.delete(i)
  expect(map.oldest()).toBeUndefined()
  map.set(7, 'again')
  expect(map.oldest()).toEqual([7, 'again'])
})
