import { describe, expect, test } from 'vitest'
import type { Candidate } from '../src/candidate.ts'
import { Croston } from '../src/croston.ts'
import { DampedHolt, Ewma } from '../src/levels.ts'
import { Median } from '../src/median.ts'
import { NumberStore } from '../src/number-store.ts'
import { Ridge } from '../src/ridge.ts'
import { SeasonalNaive, SeasonalProfile } from '../src/seasonal.ts'
import { Seasons } from '../src/seasons.ts'
import { Theta } from '../src/theta.ts'
import { configOf, daily } from './series.ts'

function learn<T extends Candidate>(candidate: T, values: readonly number[], seasons?: Seasons): T {
  values.forEach((value, bucket) => {
    candidate.learn(bucket, value)
    seasons?.learn(bucket, value)
  })
  return candidate
}

const none = () => new Seasons([], new NumberStore())
const line = Array.from({ length: 300 }, (_, i) => 100 + 2 * i)

describe('levels and trends', () => {
  test('the mean follows with three tenths of each change', () => {
    expect(learn(new Ewma(new NumberStore()), [10, 20]).point()).toBeCloseTo(13)
  })

  test('the median is unmoved by spikes', () => {
    const spiky = Array.from({ length: 100 }, (_, i) => (i % 9 === 0 ? 1000 : 5))
    expect(learn(new Median(new NumberStore()), spiky).point()).toBe(5)
    expect(new Median(new NumberStore()).point()).toBeNaN()
  })

  test('a damped trend goes on ever less', () => {
    const holt = learn(new DampedHolt(new NumberStore(), none()), line)
    const [one, two, far, further] = [1, 2, 100, 200].map((ahead) => holt.point(299, ahead)) as [
      number,
      number,
      number,
      number,
    ]
    expect(two - one).toBeGreaterThan(0)
    expect(two - one).toBeLessThan(2)
    expect(further - far).toBeLessThan(0.01)
  })

  test('theta goes on with half of the trend', () => {
    const theta = learn(new Theta(new NumberStore(), none()), line)
    expect(Math.abs(theta.point(299, 1) - 700)).toBeLessThan(2)
    expect(theta.point(299, 21) - theta.point(299, 1)).toBeCloseTo(20, 3)
  })
})

describe('intermittent demand', () => {
  const every = (n: number) => Array.from({ length: 400 }, (_, i) => (i % n === 0 ? 8 : 0))

  test('is size over interval, less the bias', () => {
    expect(learn(new Croston(new NumberStore()), every(4)).point()).toBeCloseTo(0.95 * 2, 1)
  })

  test('is not what has demand in most buckets, nor what never had any', () => {
    expect(learn(new Croston(new NumberStore()), every(2)).point()).toBeNaN()
    expect(learn(new Croston(new NumberStore()), new Array<number>(50).fill(0)).point()).toBeNaN()
  })
})

describe('with a season', () => {
  const values = daily(500, 'candidates', 0)
  const ahead = [1, 7, 24, 30]
  const expected = ahead.map((by) => 100 + 50 * Math.sin((2 * Math.PI * (499 + by)) / 24))
  const within = (candidate: Candidate, most: number) => {
    ahead.forEach((by, i) => {
      expect(Math.abs(candidate.point(499, by) - expected[i]!)).toBeLessThan(most)
    })
  }

  test('all that know it foretell a wave', () => {
    const store = new NumberStore()
    const seasons = new Seasons([24], store)
    const [season] = seasons.all
    const ridge = new Ridge(configOf(), seasons, store)
    const holt = new DampedHolt(store, seasons)
    const theta = new Theta(store, seasons)
    values.forEach((value, bucket) => {
      for (const candidate of [ridge, holt, theta]) candidate.learn(bucket, value)
      seasons.learn(bucket, value)
    })
    within(new SeasonalNaive(season!), 1)
    within(new SeasonalProfile(season!), 1)
    within(ridge, 1)
    within(theta, 5)
    within(holt, 5)
  })

  test('none speaks of one that has not proved itself', () => {
    const seasons = new Seasons([24], new NumberStore())
    const naive = learn(new SeasonalNaive(seasons.all[0]!), values.slice(0, 40), seasons)
    expect(naive.point(39, 1)).toBeNaN()
  })
})

describe('ridge', () => {
  test('learns how a value follows from the one before', () => {
    let value = 100
    const values = Array.from({ length: 600 }, (_, i) => (value = 60 + 0.4 * value + (i % 7) - 3))
    const ridge = learn(new Ridge(configOf({ periods: [], dayBuckets: 0 }), none(), new NumberStore()), values)
    const next = 60 + 0.4 * value + (600 % 7) - 3
    expect(Math.abs(ridge.point(599, 1) - next)).toBeLessThan(1)
  })

  test('stays within what was seen and half of that beyond, however far ahead', () => {
    const growing = Array.from({ length: 100 }, (_, i) => 1.1 ** i)
    const ridge = learn(new Ridge(configOf({ periods: [] }), none(), new NumberStore()), growing)
    expect(ridge.point(99, 288)).toBeLessThanOrEqual(1.5 * growing.at(-1)!)
  })
})
