import { describe, expect, test } from 'vitest'
import { Accuracy, noiseFloor, pinball } from '../src/accuracy.ts'
import { LeastSquares } from '../src/least-squares.ts'
import { LevelShift } from '../src/level-shift.ts'
import { NumberStore } from '../src/number-store.ts'
import { Outliers } from '../src/outliers.ts'
import { normals } from './series.ts'

describe('least squares', () => {
  test('finds what a value is made of', () => {
    const normal = normals('squares')
    const model = new LeastSquares(3, 0, 0.998, 1e-2, new NumberStore())
    for (let i = 0; i < 500; i++) {
      const x = Float64Array.of(1, normal(), normal())
      model.learn(x, 4 - 2 * x[1]! + 0.5 * x[2]! + 0.01 * normal())
    }
    expect(model.predict(Float64Array.of(1, 1, 1))).toBeCloseTo(2.5, 1)
    expect(model.predict(Float64Array.of(0, 1, 0))).toBeCloseTo(-2, 1)
  })

  test('does not break when it sees the same for long, and then something else', () => {
    const model = new LeastSquares(3, 0, 0.998, 1e-2, new NumberStore())
    for (let i = 0; i < 50_000; i++) model.learn(Float64Array.of(1, 0.5, 0), 2)
    model.learn(Float64Array.of(1, 3, -7), 4)
    expect(Math.abs(model.predict(Float64Array.of(1, 0.5, 0)) - 2)).toBeLessThan(1)
  })
})

describe('outliers', () => {
  const used = () => {
    const outliers = new Outliers(new NumberStore())
    for (let i = 0; i < 100; i++) outliers.limit(100 + (i % 2 === 0 ? 1 : -1), 100)
    return outliers
  }

  test('a value far off moves what is learned by twelve usual errors, one within as it is', () => {
    expect(used().limit(1e9, 100)).toBeCloseTo(112)
    expect(used().limit(0, 100)).toBeCloseTo(88)
    expect(used().limit(105, 100)).toBe(105)
  })

  test('the last value may be eight times as far off', () => {
    const outliers = used()
    expect(outliers.limitLoosely(1e9, 100, outliers.limit(1e9, 100))).toBeCloseTo(196)
    expect(outliers.limitLoosely(150, 100, 112)).toBe(150)
    expect(outliers.limitLoosely(105, 100, 105)).toBe(105)
  })

  test('several on end are believed', () => {
    const outliers = used()
    const seen = [1, 2, 3, 4].map(() => outliers.limit(10_000, 100))
    expect(seen[0]).toBeLessThan(200)
    expect(seen).toContain(10_000)
  })

  test('where nothing ever changed the second value of a new kind is believed', () => {
    const outliers = new Outliers(new NumberStore())
    for (let i = 0; i < 100; i++) outliers.limit(5, 5)
    expect([outliers.limit(9, 5), outliers.limit(9, 5)]).toEqual([5, 9])
  })
})

describe('a level shift', () => {
  test('is told once errors of one sign add up, with the level of the last four', () => {
    const shift = new LevelShift(new NumberStore())
    for (let i = 0; i < 100; i++) expect(shift.see(i % 2, 0.5, 0.5)).toBeUndefined()
    const told = [1, 2, 3, 4, 5, 6].map(() => shift.see(3, 0.5, 0.5)).filter((level) => level !== undefined)
    expect(told).toEqual([3])
  })

  test('is none in noise', () => {
    const normal = normals('no shift')
    const shift = new LevelShift(new NumberStore())
    const told = Array.from({ length: 2000 }, () => shift.see(normal(), 0, 0.8)).filter((level) => level !== undefined)
    expect(told).toEqual([])
  })
})

describe('accuracy', () => {
  test('the floor of counts is the one that is published for Poisson counts', () => {
    // the variance of differences of independent counts is twice that of one, which is their mean
    expect([10, 64, 255, 1000].map((mean) => Number(noiseFloor(mean, 2 * mean).toFixed(3)))).toEqual([
      0.747, 0.9, 0.95, 0.975,
    ])
  })

  test('a quantile of 90 % costs nine times as much below as above', () => {
    expect(pinball(10, 8, 0.9)).toBeCloseTo(1.8)
    expect(pinball(8, 10, 0.9)).toBeCloseTo(0.2)
  })

  test('is reported from what was scored, and of nothing there is none', () => {
    const accuracy = new Accuracy(3, 0.9, Number.POSITIVE_INFINITY, new NumberStore())
    expect(accuracy.report()).toMatchObject({
      horizon: 3,
      count: 0,
      accuracy: undefined,
      floor: undefined,
      coverage: undefined,
    })
    for (const value of [10, 12, 8]) {
      accuracy.step(value, 10)
      accuracy.score(value, 9, 10, 11, value <= 11)
    }
    const { accuracy: share, mase, overLastValue, pinball: loss, coverage } = accuracy.report()
    expect(share).toBeCloseTo(1 - 5 / 30)
    expect(mase).toBeCloseTo(5 / 3 / (4 / 3))
    expect(overLastValue).toBeCloseTo(5 / 4)
    expect(loss).toBeCloseTo((0.1 + 0.9 + 0.3) / 3)
    expect(coverage).toBeCloseTo(2 / 3)
  })

  test('forgets', () => {
    const accuracy = new Accuracy(1, 0.9, 10, new NumberStore())
    for (let i = 0; i < 100; i++) accuracy.score(10, i < 50 ? 0 : 10, 10, 10, true)
    expect(accuracy.report().accuracy).toBeGreaterThan(0.95)
  })
})
