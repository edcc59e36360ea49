import type { Trace, TracedEvent } from '@souk/client'
import { taskId } from '@souk/wire'
import { expect, test } from 'vitest'
import { coloursFor } from '../src/print/colours.ts'
import { traceGaps, tracePieces, traceTable } from '../src/print/trace-table.ts'
import { elm, names, oak } from './explained.ts'

const colours = coloursFor(false, {})
const nowMs = new Date('2026-11-29T14:03:10').getTime()
const task = taskId('a'.repeat(23))
const event = (by: string, more: object, agoMs = 880): TracedEvent => ({
  ...{ type: 'task.awarded', by, seq: 1, wallMs: nowMs - agoMs, at: 1 },
  ...more,
})
const events = [
  event(oak, { task, to: elm, decision: {} }, 86_400_000),
  event(elm, {
    type: 'link.up',
    peer: oak,
    name: 'a name that goes on and on until nobody reads it any more'.repeat(2),
  }),
]
const look = { names, colours, widthMax: Infinity, nowMs }

test('events of all peers are told with when, at whom, what, and of which task; in 80 columns, too', () => {
  const [title, first, second] = traceTable(events, look).split('\n')
  expect(title).toMatch(/^time +peer +what +task$/)
  expect(first).toMatch(/^11-28 14:03:10\.000 +oak +task\.awarded +aaaaaaaa +to elm$/)
  expect(second).toMatch(/^14:03:09\.120 +elm +link\.up +peer oak, name a name that .* any more$/)
  for (const line of traceTable(events, { ...look, widthMax: 80 }).split('\n'))
    expect(line.length).toBeLessThanOrEqual(80)
})

test('a table that goes on keeps its columns, whatever comes', () => {
  const { title, piece } = tracePieces([oak, elm], { ...look, widthMax: 80 })
  const lines = [title, piece([events[1]!], nowMs), piece([event(oak, { task, type: 'task.ran', end: 'ok' })], nowMs)]
  expect(lines.every((line) => !line.includes('\n') && line.length <= 80)).toBe(true)
  const at = title.indexOf('what')
  expect(lines.slice(1).map((line) => line.slice(at, at + 8))).toEqual(['link.up ', 'task.ran'])
})

test('what a terminal would obey is shown and not done', () => {
  expect(traceTable([event(oak, { code: '\u001b[2J' })], look)).toContain('code \\u001b[2J')
})

test('what is not in an answer is said: older ones, what a peer has forgotten, and who did not answer', () => {
  const peers = [oak, elm].map((id) => ({ id, since: new Date(nowMs).toISOString(), at: '' }))
  const found: Trace = { events, total: 9, peers, missing: [elm] }
  expect(traceGaps(found, new Date(nowMs - 1), names)).toEqual([
    'the newest 2 of 9; --limit shows more, --until older ones',
    expect.stringMatching(/^from before .*14:03:10\.000 oak, elm have only what is seldom$/),
    'not told, since out of reach: elm',
  ])
  expect(traceGaps({ ...found, total: 2, missing: [] }, undefined, names)).toEqual([])
})
