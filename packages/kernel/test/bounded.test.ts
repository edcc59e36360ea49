import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BoundedMap, BoundedQueue } from '../src/index.ts'

const limit = fc.nat({ max: 5 })
const key = fc.nat({ max: 7 })

const mapOperation = fc.record({
  type: fc.constantFrom('offer', 'push', 'delete'),
  key,
  value: fc.nat(),
  look: fc.boolean(),
})

test('a bounded map is a map that refuses or evicts at its limit, as the caller asks', () => {
  fc.assert(
    fc.property(limit, fc.array(mapOperation, { maxLength: 60 }), (max, operations) => {
      const real = new BoundedMap<number, number>(max)
      // Oldest first.
      let model: [number, number][] = []
      for (const op of operations) {
        const known = model.some(([k]) => k === op.key)
        if (op.type === 'offer') {
          const taken = known || model.length < max
          expect(real.offer(op.key, op.value)).toBe(taken)
          if (known) model = model.map(([k, v]) => [k, k === op.key ? op.value : v])
          else if (taken) model.push([op.key, op.value])
        } else if (op.type === 'push') {
          model = [...model.filter(([k]) => k !== op.key), [op.key, op.value]]
          expect(real.push(op.key, op.value)).toEqual(model.length > max ? model.shift() : undefined)
        } else {
          expect(real.delete(op.key)).toBe(known)
          model = model.filter(([k]) => k !== op.key)
        }
        expect([...real.entries()]).toEqual(model)
        expect(real.size).toBe(model.length)
        if (op.look) expect(real.oldest()).toEqual(model[0])
        expect(real.full).toBe(model.length >= max)
      }
      expect([...real.keys()]).toEqual(model.map(([k]) => k))
      expect([...real.values()]).toEqual(model.map(([, v]) => v))
      for (let k = 0; k <= 7; k++) expect(real.has(k) ? real.get(k) : undefined).toBe(model.find(([m]) => m === k)?.[1])
    }),
    { numRuns: 200 },
  )
})

test('a bounded queue gives back what it took, in order, and refuses the rest', () => {
  fc.assert(
    fc.property(limit, fc.array(fc.option(fc.nat()), { maxLength: 60 }), (max, operations) => {
      const real = new BoundedQueue<number>(max)
      const model: number[] = []
      for (const item of operations) {
        if (item === null) expect(real.shift()).toBe(model.shift())
        else {
          expect(real.push(item)).toBe(model.length < max)
          if (model.length < max) model.push(item)
        }
        expect(real.size).toBe(model.length)
        expect(real.full).toBe(model.length >= max)
        expect(real.peek()).toBe(model[0])
      }
    }),
    { numRuns: 200 },
  )
})

test('a queue keeps its order over far more items than it holds', () => {
  const queue = new BoundedQueue<number>(3000)
  let pushed = 0
  let shifted = 0
  while (shifted < 20_000) {
    while (queue.push(pushed)) pushed++
    for (let i = 0; i < 1700; i++) expect(queue.shift()).toBe(shifted++)
  }
  expect(queue.size).toBe(pushed - shifted)
})
