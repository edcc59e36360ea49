import { LogHistogram } from '@souk/kernel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Durations } from '../src/durations.ts'

describe('a histogram of values of any size', () => {
  test('gives quantiles within a quarter of an octave of the true ones', () => {
    const values = fc.array(fc.integer({ min: 0, max: 2 ** 31 }), { minLength: 1, maxLength: 150 })
    fc.assert(
      fc.property(values, fc.constantFrom(0.1, 0.5, 0.9, 1), (list, q) => {
        const histogram = new LogHistogram()
        for (const value of list) histogram.add(value)
        const sorted = [...list].sort((a, b) => a - b)
        const exact = sorted[Math.max(1, Math.ceil(q * list.length)) - 1]!
        const seen = histogram.quantile(q)!
        expect(seen).toBeGreaterThanOrEqual(Math.min(Math.floor(exact / 1.25), 2 ** 30))
        expect(seen).toBeLessThanOrEqual(Math.ceil(exact * 1.25))
      }),
    )
  })

  test('keeps the small ones exact, and has no quantile of nothing', () => {
    const histogram = new LogHistogram()
    expect(histogram.quantile(0.5)).toBeUndefined()
    for (const value of [0, 1, 2, 3]) histogram.add(value)
    expect([0.25, 0.5, 0.75, 1].map((q) => histogram.quantile(q))).toEqual([0, 1, 2, 3])
    expect(histogram.quantile(0.5, 1)).toBe(2)
    expect(histogram.quantile(0.5, 3)).toBeUndefined()
  })

  test('forgets: what it saw long ago counts less than as much of something new', () => {
    const histogram = new LogHistogram()
    for (let i = 0; i < 1_000; i++) histogram.add(10)
    for (let i = 0; i < 150; i++) histogram.add(1_000)
    expect(histogram.quantile(0.5)).toBeGreaterThan(800)
    expect(histogram.total).toBeLessThan(200)
  })
})

describe('durations of a class', () => {
  test('are taken for exponential until enough have ended, then they are what was seen', () => {
    const durations = new Durations(9)
    durations.add('a', 100)
    expect(durations.expected('a')).toEqual({ p50: 100, p90: 230 })
    for (let i = 0; i < 20; i++) durations.add('a', i % 5 === 0 ? 1_000 : 100)
    const { p50, p90 } = durations.expected('a')!
    expect(p50).toBeGreaterThan(80)
    expect(p50).toBeLessThan(125)
    expect(p90).toBeGreaterThan(800)
  })

  test('are what others said until one has run here', () => {
    const durations = new Durations(9)
    expect(durations.told('a')).toEqual({ p50: 0, p90: 0 })
    durations.hear('a', { p50: 0, p90: 0 })
    expect(durations.expected('a')).toBeUndefined()
    durations.hear('a', { p50: 50, p90: 20 })
    expect(durations.told('a')).toEqual({ p50: 50, p90: 50 })
    durations.add('a', 10)
    durations.hear('a', { p50: 50, p90: 90 })
    expect(durations.told('a')).toEqual({ p50: 10, p90: 23 })
  })

  test('say what a run has left: less the longer it runs while most are short, and as much again once it outlived all', () => {
    const durations = new Durations(9)
    expect(durations.remainingMs('a', 0)).toBeUndefined()
    for (let i = 0; i < 40; i++) durations.add('a', i % 2 === 0 ? 100 : 10_000)
    expect(durations.remainingMs('a', 0)).toBeLessThan(125)
    expect(durations.remainingMs('a', 500)).toBeGreaterThan(7_000)
    expect(durations.remainingMs('a', 30_000)).toBe(30_000)
  })

  test('are kept of so many classes and no more', () => {
    const durations = new Durations(2)
    for (const name of ['a', 'b', 'c']) durations.add(name, 5)
    expect(['a', 'b', 'c'].map((name) => durations.meanMs(name))).toEqual([undefined, 5, 5])
  })
})
