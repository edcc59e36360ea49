import { expect, test } from 'vitest'
import { Durations } from '../src/durations.ts'
import { only } from './fixtures.ts'
import { asked, awards, Stall } from './stall.ts'

test('a class takes what its clients expect, until it was seen to run', () => {
  const durations = new Durations(10)
  durations.suppose('a', undefined)
  expect(durations.expected('a')).toBeUndefined()
  durations.suppose('a', 500)
  expect([durations.expected('a')?.p50, durations.meanMs('a'), durations.overallMs]).toEqual([
    500,
    undefined,
    undefined,
  ])
  durations.hear('a', { p50: 40, p90: 90 })
  expect(durations.expected('a')).toEqual({ p50: 40, p90: 90 })
  durations.add('a', 20)
  durations.suppose('a', 500)
  expect(durations.expected('a')?.p50).toBe(20)
})

test('what clients say is remembered for so many classes and no more', () => {
  const durations = new Durations(3)
  for (let i = 0; i < 100; i++) durations.suppose(`c${i}`, 1)
  expect(durations.supposedMs('c0')).toBeUndefined()
  expect(durations.supposedMs('c99')).toBe(1)
})

test('a task that is said to be short goes to whoever has room without asking, one that is said to be long is asked for', () => {
  const stall = Stall.among('p')
  stall.loads.all.set('p', { slots: 9, saidMs: 1, heardMs: 0 })
  expect(awards(stall.wait(['short'], { class: 'short', expectedMs: 1 }))).toEqual([['p', ['short']]])
  const effects = stall.wait(['long'], { class: 'long', expectedMs: 60_000 })
  expect(asked(effects)).toEqual(['p'])
  expect(only(effects, 'send')[0]?.message).toMatchObject({ t: 'quote', expectedMs: 60_000 })
})
