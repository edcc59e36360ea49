import { expect, test } from 'vitest'
import { spanOf } from '../src/time-of.ts'

const nowMs = Date.parse('2026-11-24T12:00:00Z')

test('a span begins and ends where it is said', () => {
  expect(spanOf({}, nowMs)).toEqual({})
  expect(spanOf({ since: '2h', until: '30m' }, nowMs)).toEqual({
    since: new Date('2026-11-24T10:00:00Z'),
    until: new Date('2026-11-24T11:30:00Z'),
  })
})

test('a span that ends before it begins is refused: it would find nothing, whatever there is', () => {
  expect(() => spanOf({ since: '2h', until: '3h' }, nowMs)).toThrow('--since 2h is later than --until 3h')
})
