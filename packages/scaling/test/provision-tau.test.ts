import { expect, it } from 'vitest'
import { defaultPoolConfig, provisionTau } from '../src/index.ts'

it('provisions for the quantile at which a cold start and an idle slot cost the same', () => {
  expect(provisionTau({ coldStart: 9, idleSlot: 1 })).toBeCloseTo(0.9)
  expect(provisionTau({ coldStart: 3, idleSlot: 1 })).toBeCloseTo(0.75)
  expect(provisionTau(defaultPoolConfig.costs)).toBeCloseTo(0.9)
})

it('stays where something can be forecast, whatever the costs', () => {
  expect(provisionTau({ coldStart: 1e9, idleSlot: 0 })).toBe(0.99)
  expect(provisionTau({ coldStart: 0, idleSlot: 1 })).toBe(0.5)
  for (const coldStart of [Number.NaN, -1, 0]) expect(provisionTau({ coldStart, idleSlot: 0 })).toBe(0.9)
})
