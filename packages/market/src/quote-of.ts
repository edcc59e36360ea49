import type { Millis } from '@souk/kernel'
import type { MessageOf } from '@souk/wire'
import type { Quantiles } from './durations.ts'
import type { Lot } from './lot.ts'

interface Question {
  /** of the auction */
  id: number
  count: number
  /** how long one of them takes; zeros: not known */
  expected: Quantiles
  /** until the first of them is wanted; undefined: none has a deadline */
  dueMs: Millis | undefined
}

/** What an auction asks its hosts. */
export function quoteOf(lot: Lot, { id, count, expected, dueMs }: Question): MessageOf<'quote'> {
  const { p50: expectedMs, p90: expectedMsP90 } = expected
  return {
    ...{ t: 'quote', lot: id, shape: lot.shape, count, priority: lot.first()!.priority, expectedMs, expectedMsP90 },
    ...(lot.limitMs > 0 ? { limitMs: lot.limitMs } : {}),
    ...(lot.fewKeep ? { fewKeep: true } : {}),
    ...(dueMs === undefined ? {} : { dueInMs: dueMs }),
  }
}
