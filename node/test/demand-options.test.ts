import { expect, test } from 'vitest'
import { demandArguments, demandSpanMsOf } from '../src/demand-options.ts'

test('the span by which demand is counted is a duration within bounds, and as by default without one', () => {
  expect(demandSpanMsOf({})).toBeUndefined()
  expect([demandSpanMsOf({ demandSpan: '1s' }), demandSpanMsOf({ demandSpan: '5m' })]).toEqual([1_000, 300_000])
  expect([demandArguments({}), demandArguments({ demandSpan: '5m' })]).toEqual([[], ['--demand-span', '5m']])
})

test.each(['500ms', '2h', '-1s', 'soon', ''])('--demand-span %s is refused', (demandSpan) => {
  expect(() => demandSpanMsOf({ demandSpan })).toThrow(/^--demand-span/)
})
