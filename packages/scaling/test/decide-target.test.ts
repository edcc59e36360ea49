import { describe, expect, it } from 'vitest'
import { defaultPoolConfig } from '../src/index.ts'
import { decideTarget, type TargetFacts } from '../src/pools/decide-target.ts'

const decide = (over: Partial<TargetFacts>) =>
  decideTarget(
    { now: 100_000, current: 0, low: undefined, mostUsed: 50, quantile: 0, due: undefined, lastUsed: 3, ...over },
    defaultPoolConfig,
  )

describe('how many stand warm', () => {
  it('is the quantile of what is forecast, rounded up unless a tail is all that is above', () => {
    expect(decide({ quantile: 3.5 })).toMatchObject({ workers: 4, code: 'forecast' })
    expect(decide({ quantile: 3.1 })).toMatchObject({ workers: 3 })
    expect(decide({ quantile: 0.1 })).toMatchObject({ workers: 0 })
    expect(decide({ quantile: undefined })).toMatchObject({ workers: 0, code: 'no-forecast' })
  })

  it('is bounded by twice what was needed at most, and by the limit', () => {
    expect(decide({ quantile: 1e9, mostUsed: 4 }).workers).toBe(8)
    expect(decide({ quantile: 1e9, mostUsed: 1e9 }).workers).toBe(defaultPoolConfig.workersMax)
  })

  it('does not change for a little more', () => {
    expect(decide({ current: 20, quantile: 22 })).toMatchObject({ workers: 20, code: 'within-hysteresis' })
    expect(decide({ current: 20, quantile: 23 })).toMatchObject({ workers: 23, code: 'forecast' })
  })

  it('falls only once less was wanted all the time for a minute, and to the most that was wanted meanwhile', () => {
    const first = decide({ current: 20, quantile: 5 })
    expect(first).toEqual({ workers: 20, code: 'scale-down-delay', low: { sinceMs: 100_000, most: 5 } })
    const later = decide({ current: 20, quantile: 9, low: first.low, now: 120_000 })
    expect(later.low).toEqual({ sinceMs: 100_000, most: 9 })
    expect(decide({ current: 20, quantile: 2, low: later.low, now: 160_000 })).toMatchObject({ workers: 9 })
    expect(decide({ current: 20, quantile: 20, low: later.low, now: 150_000 }).low).toBeUndefined()
  })

  it('of a class that is mostly idle goes by when it is due, without delay', () => {
    expect(decide({ due: true, quantile: 0 })).toMatchObject({ workers: 3, code: 'due' })
    expect(decide({ due: false, current: 3, quantile: 7 })).toMatchObject({ workers: 0, code: 'idle' })
  })
})
