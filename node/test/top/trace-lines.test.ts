import type { TracedEvent } from '@souk/client'
import { expect, test } from 'vitest'
import { linesOf } from '../../src/top/trace-lines.ts'

const at = (wallMs: number, type: string, more: object, by = 'oak'): TracedEvent => ({
  type,
  by,
  seq: 1,
  wallMs,
  ...more,
})
const asked = (wallMs: number, lot: number, by = 'oak') =>
  at(wallMs, 'auction.asked', { lot, class: 'process/work', count: 3, asked: 5 }, by)

test('auctions are closed by their peer and lot, moves named by what happened, newest first', () => {
  const { auctions, moves } = linesOf([
    asked(1, 1),
    asked(2, 2),
    asked(3, 1, 'elm'),
    at(9, 'auction.closed', { lot: 1, bids: 4, awarded: 3, closed: 'all-in', tookMs: 8 }),
    at(10, 'wanted.given', { to: 'elm', count: 2 }),
    at(11, 'task.bounced', { task: 't1', to: 'oak', code: 'no-room' }, 'elm'),
    at(12, 'link.up', { peer: 'elm' }),
  ])
  const line = { class: 'process/work', tasks: 3, asked: 5 }
  const closed = { bids: 4, awarded: 3, why: 'all-in', tookMs: 8 }
  expect(auctions).toEqual([
    { ...line, by: 'elm', lot: 1, wallMs: 3 },
    { ...line, by: 'oak', lot: 2, wallMs: 2 },
    { ...line, by: 'oak', lot: 1, wallMs: 1, closed },
  ])
  expect(moves).toEqual([
    { wallMs: 11, by: 'elm', seq: 1, what: 'bounced', task: 't1', tasks: 1, to: 'oak', why: 'no-room' },
    { wallMs: 10, by: 'oak', seq: 1, what: 'fetched', tasks: 2, to: 'elm', why: 'it had room and asked' },
  ])
})

test('only the last of them are shown', () => {
  const { auctions } = linesOf(Array.from({ length: 1000 }, (_, lot) => asked(lot, lot)))
  expect(auctions.map(({ lot }) => lot)).toEqual(Array.from({ length: 200 }, (_, i) => 999 - i))
})
