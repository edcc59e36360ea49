import { emptyRequest, type ResourceRequest } from '@souk/kernel'
import { expect, test } from 'vitest'
import { ClassMix } from '../src/class-mix.ts'

const size = (cpuMilli: number): ResourceRequest => ({ ...emptyRequest(), cpuMilli })
const mixOf = (counts: Record<string, number>, limits = { mixSizesMax: 100, mixTopMax: 10 }): ClassMix => {
  const mix = new ClassMix(limits)
  for (const name in counts) mix.add(name, size(Number(name)), counts[name]!)
  return mix
}
const shares = (mix: ClassMix) => mix.top.map(({ request, count }) => [request.cpuMilli, count])

test('what is rare is of no account', () => {
  expect(shares(mixOf({ 1: 60, 2: 36, 3: 3, 4: 1 }))).toEqual([
    [1, 60],
    [2, 36],
  ])
})

test('no more sizes count, or are remembered, than the limits say', () => {
  const limits = { mixSizesMax: 3, mixTopMax: 2 }
  const mix = mixOf({ 1: 5, 2: 5, 3: 5, 4: 5 }, limits)
  expect(mix.snapshot()).toMatchObject({ sizes: 3, total: 15 })
  expect(shares(mix)).toEqual([
    [2, 5],
    [3, 5],
  ])
})

test('what came of late weighs more than what came long before', () => {
  const mix = mixOf({ 1: 4000 })
  for (let i = 0; i < 8000; i++) mix.add('2', size(2), 1)
  const [first, second] = mix.top
  expect(first!.request.cpuMilli).toBe(2)
  expect(second === undefined || first!.count > 3 * second.count).toBe(true)
  expect(mix.snapshot().total).toBeLessThan(4096)
})

test('a size that was not seen for long is forgotten', () => {
  const mix = mixOf({ 1: 1 })
  for (let i = 0; i < 10_000; i++) mix.add('2', size(2), 1)
  expect(mix.snapshot().sizes).toBe(1)
})

test('the version rises with every task at first, and with each eighth of all later', () => {
  const mix = mixOf({ 1: 1, 2: 1, 3: 1 })
  expect(mix.version).toBe(3)
  mix.add('4', size(4), 1000)
  const { version } = mix
  const before = mix.top
  mix.add('5', size(5), 100)
  expect([mix.version, mix.top]).toEqual([version, before])
  mix.add('5', size(5), 100)
  expect(mix.version).toBe(version + 1)
})
