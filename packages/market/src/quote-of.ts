import type { Millis } from '@souk/kernel'
import type { MessageOf } from '@souk/wire'
import type { Quantiles } from './durations.ts'
import type { Lot } from './lot.ts'

interface Question {
  /** number of the auction */
  id: number
  count: number
  /** duration of one task; zeros: not known */
  expected: Quantiles
  /** until the earliest deadline in the lot; undefined: no task has one */
  dueMs: Millis | undefined
}

/** The quote that an auction sends to the hosts it asks. */
export function quoteOf(lot: Lot, { id, count, expected, dueMs }: Question): MessageOf<'quote'> {
  const { p50: expectedMs, p90: expectedMsP90 } = expected
  return {
    ...{ t: 'quote', lot: id, shape: lot.shape, count, priority: lot.first()!.priority, expectedMs, expectedMsP90 },
    ...(lot.limitMs > 0 ? { limitMs: lot.limitMs } : {}),
    ...(lot.fewKeep ? { fewKeep: true } : {}),
    ...(dueMs === undefined ? {} : { dueInMs: dueMs }),
  }
}
