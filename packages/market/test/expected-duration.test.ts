import { expect, test } from 'vitest'
import { Durations } from '../src/durations.ts'
import { only } from './fixtures.ts'
import { asked, awards, Stall } from './stall.ts'

test('a class takes what its clients expect, until it was seen to run', () => {
  const durations = new Durations(10)
  durations.expect('a', undefined)
  expect(durations.meanMs('a')).toBeUndefined()
  durations.expect('a', 500)
  expect([durations.meanMs('a'), durations.overallMs]).toEqual([500, undefined])
  durations.add('a', 20)
  durations.expect('a', 500)
  expect(durations.meanMs('a')).toBe(20)
})

test('what clients say is remembered for so many classes and no more', () => {
  const durations = new Durations(3)
  for (let i = 0; i < 100; i++) durations.expect(`c${i}`, 1)
  expect(durations.meanMs('c0')).toBeUndefined()
  expect(durations.meanMs('c99')).toBe(1)
})

test('a task that is said to be short goes to whoever has room without asking, one that is said to be long is asked for', () => {
  const stall = Stall.among('p')
  stall.loads.all.set('p', { slots: 9, saidMs: 1, heardMs: 0 })
  expect(awards(stall.wait(['short'], { class: 'short', expectedMs: 1 }))).toEqual([['p', ['short']]])
  const effects = stall.wait(['long'], { class: 'long', expectedMs: 60_000 })
  expect(asked(effects)).toEqual(['p'])
  expect(only(effects, 'send')[0]?.message).toMatchObject({ t: 'quote', expectedMs: 60_000 })
})
