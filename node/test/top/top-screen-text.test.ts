import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { coloursFor } from '../../src/print/colours.ts'
import type { TopData } from '../../src/top/top-data.ts'
import { screenLines, snapshotText } from '../../src/top/top-screen-text.ts'
import { firstView, type TopView } from '../../src/top/top-view.ts'
import { nowMs, peer, task, topData } from './fixtures.ts'

const plain = coloursFor(false, {})
const colours = coloursFor(true, {})
const many = topData({
  peers: Array.from({ length: 40 }, (_, i) => peer(`peer-with-a-long-name-${i}`)),
  tasks: Array.from({ length: 90 }, (_, i) => task(`t${i}`, { name: 'a task with a name of some length' })),
  tasksTotal: 500,
  auctions: [{ by: '12D3KooWoak', lot: 1, wallMs: nowMs - 10, class: 'process/work', tasks: 3, asked: 2 }],
  moves: [
    { wallMs: nowMs - 20, by: '12D3KooWelm', seq: 1, what: 'bounced', tasks: 1, task: task('t1').id, why: 'no-room' },
  ],
})

describe('the screen of souk top', () => {
  test('says who is there, what runs where, and what waits', () => {
    const text = screenLines(firstView, topData(), { columns: 80, rows: 24 }, plain).join('\n')
    expect(text).toMatch(/^souk lab · 2 peers · 3 running · 3 waiting · 8 slots · /)
    expect(text).toMatch(/elm +alive +1 +4 +3 +2 ms/)
    expect(text).toMatch(/> {2}aaa0+ +work aaa +running +elm/)
  })

  test('at 60 columns an auction is told with fewer columns, each of them whole', () => {
    const closed = { bids: 12, awarded: 12, tookMs: 7.3, why: 'all-in' as const }
    const auction = {
      by: '12D3KooWoak',
      lot: 1,
      wallMs: nowMs - 1_500,
      class: 'process/sh',
      tasks: 104,
      asked: 2,
      closed,
    }
    const text = screenLines(firstView, topData({ auctions: [auction] }), { columns: 60, rows: 24 }, plain).join('\n')
    expect(text).toMatch(/ago +class +tasks +bids +awarded +took/)
    expect(text).toMatch(/1\.5 s ago +process\/sh +104 +12 +12 +7\.3 ms/)
  })

  test.each([
    [80, 24],
    [60, 15],
    [200, 60],
    [80, 8],
  ])('fills %i columns and %i lines, with and without colour', (width, rows) => {
    for (const shade of [plain, colours]) {
      const lines = screenLines({ ...firstView, pane: 'peers' }, many, { columns: width, rows }, shade)
      expect(lines).toHaveLength(rows)
      // The first and the last are cut by whoever draws them; the tables give way themselves.
      for (const line of lines.slice(2, -1)) expect(stripVTControlCharacters(line).length).toBeLessThanOrEqual(width)
    }
  })

  test('keeps the chosen line in sight', () => {
    const chosen = { tasks: task('t70').id }
    const text = screenLines({ ...firstView, chosen }, many, { columns: 80, rows: 24 }, plain).join('\n')
    expect(text).toMatch(/> {2}t7000000/)
    expect(text).toContain('tasks 90 of 500')
  })

  test('obeys nothing that a peer or a task is called', () => {
    const evil = topData({ peers: [peer('a\u001b[2Jb')], tasks: [task('x', { name: 'c\u001b]0;t\u0007d' })] })
    const text = [...screenLines(firstView, evil, { columns: 80, rows: 24 }, plain), snapshotText(evil, plain, 80)]
    expect(text.join('\n')).not.toContain('\u001b')
  })

  test('says who did not answer, beside what was known before', () => {
    const lines = screenLines(firstView, topData({ trouble: 'connection refused' }), { columns: 80, rows: 24 }, plain)
    expect(lines[1]).toBe('not answered: connection refused')
    expect(lines.join('\n')).toContain('work aaa')
    const away = screenLines(firstView, topData({ missing: ['12D3KooWelm'] }), { columns: 80, rows: 24 }, plain)
    expect(away[1]).toBe('out of reach, so not told of: elm')
  })

  test('shows what is open, from where it was scrolled to, and never beyond its end', () => {
    const detail = Array.from({ length: 100 }, (_, i) => `line ${i}`).join('\n')
    fc.assert(
      fc.property(fc.nat({ max: 200 }), fc.integer({ min: 6, max: 50 }), (scroll, rows) => {
        const view: TopView = { ...firstView, mode: 'open', scroll }
        const lines = screenLines(view, topData(), { columns: 80, rows }, plain, detail)
        expect(lines).toHaveLength(rows)
        expect(lines[2]).toBe(`line ${Math.min(scroll, 100 - (rows - 3))}`)
      }),
    )
  })
})

test('without a screen each pane stands under the other, empty ones in a word', () => {
  const text = snapshotText(many, plain, 80)
  expect(text).toMatch(/\n\npeers\n.*\n\ntasks\n.*\n\nauctions\n.*\n\nmoves\n/s)
  expect(snapshotText(topData(), plain, 80)).toContain('auctions: none\n\nmoves: none')
  expect(text).toContain('\nand 480 more\n')
})

test('without a screen, too, it is said when it is from before, or not of all peers', () => {
  const second = (over: Partial<TopData>) => snapshotText(topData(over), plain, 80).split('\n').slice(1, 3)
  expect(second({ trouble: 'connection refused', missing: ['x'] })).toEqual(['not answered: connection refused', ''])
  expect(second({ missing: ['12D3KooWelm', '12D3KooWoak'] })).toEqual(['out of reach, so not told of: elm, oak', ''])
  expect(second({})).toEqual(['', 'peers'])
})
