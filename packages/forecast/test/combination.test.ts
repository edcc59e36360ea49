import { describe, expect, test } from 'vitest'
import { Combination } from '../src/combination.ts'
import { NumberStore } from '../src/number-store.ts'

/** Scores the same errors of each candidate, and of the combination, so many times. */
function scored(combination: Combination, errors: readonly number[], own: number, times: number): Combination {
  const points = Float32Array.from(errors, (error) => 100 + error)
  for (let i = 0; i < times; i++) combination.score(points, 0, 100 + own, 100)
  return combination
}

const fresh = (candidates: number) => new Combination(candidates, 50, new NumberStore())

describe('a combination', () => {
  test('is the last value until anything else was scored', () => {
    expect(fresh(3).combine(Float64Array.of(5, 6, 7), 0)).toBe(5)
  })

  test('weighs those alike that are alike, and leaves out what is far worse', () => {
    const { weights } = scored(fresh(4), [10, 1, -1, 1.1], 1, 20)
    expect(weights[0]).toBe(0)
    expect(weights[1]).toBeCloseTo(weights[2]!)
    expect(weights[3]!).toBeLessThan(weights[1]! / 2)
    expect(weights.reduce((sum, weight) => sum + weight)).toBeCloseTo(1)
  })

  test('does without those that are silent', () => {
    const combination = scored(fresh(3), [1, 1, Number.NaN], 1, 20)
    expect(combination.combine(Float64Array.of(4, 6, 1000), 0)).toBeCloseTo(5)
    expect(combination.combine(Float64Array.of(4, Number.NaN, Number.NaN), 0)).toBe(4)
  })

  test('forgets one that falls silent, however good it was, until it has been scored again', () => {
    const combination = scored(fresh(3), [1, 1, 0.01], 1, 50)
    expect(combination.weights[2]).toBe(1)
    scored(combination, [1, 1, Number.NaN], 1, 1)
    expect([...combination.weights]).toEqual([0.5, 0.5, 0])
    scored(combination, [1, 1, 0.01], 1, 5)
    expect(combination.weights[2]).toBe(0)
    scored(combination, [1, 1, 0.01], 1, 10)
    expect(combination.weights[2]).toBe(1)
  })

  test('lets one come back that has become good', () => {
    const combination = scored(fresh(2), [1, 5], 1, 100)
    expect(combination.weights[1]).toBe(0)
    scored(combination, [5, 1], 5, 300)
    expect(combination.weights[1]).toBeGreaterThan(0.9)
  })

  test('falls back to the last value where it was worse for twenty buckets, until it is no more', () => {
    const combination = scored(fresh(2), [1, 1], 2, 19)
    expect(combination.fallenBack).toBe(false)
    scored(combination, [1, 1], 2, 1)
    expect(combination.fallenBack).toBe(true)
    scored(combination, [1, 1], 0.2, 200)
    expect(combination.fallenBack).toBe(false)
  })

  test('is only the best where that was never wrong', () => {
    expect([...scored(fresh(3), [0, 1, 0], 0, 20).weights]).toEqual([0.5, 0, 0.5])
  })
})
