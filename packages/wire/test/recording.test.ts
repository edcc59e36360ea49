import { expect, test } from 'vitest'
import { readRecording } from '../src/index.ts'

const from = { self: 'P1', name: 'oak', mesh: 'lab', role: 'admin' }
const event = (wallMs: number) => ({ type: 'link.up', wallMs, peer: 'P2' })
const recording = (over: object = {}) => ({
  ...{ format: 'souk-trace', version: 1, at: '2026-11-29T10:00:00.000Z', from },
  events: [event(2), event(1)],
  moments: [{ wallMs: 1, peers: [{ id: 'P1', name: 'oak' }], tasks: [{ id: 't' }] }],
  ...over,
})
const why = (value: unknown) => {
  const read = readRecording(typeof value === 'string' ? value : JSON.stringify(value))
  return read.ok ? 'read' : read.message
}

test('an export is read, in order, with what it has beside', () => {
  const read = readRecording(JSON.stringify(recording({ task: { id: 't', state: 'closed' } }), null, 1))
  expect(read).toMatchObject({
    ok: true,
    value: { from, events: [{ wallMs: 1 }, { wallMs: 2 }], task: { state: 'closed' } },
  })
})

test('wherever an export is cut off, that is said', () => {
  const text = JSON.stringify(recording(), null, 1)
  for (let end = text.indexOf('souk-trace') + 11; end < text.trimEnd().length; end++)
    expect(why(text.slice(0, end))).toBe(`the file is cut off after ${end} characters; copy it again, or export again`)
})

test('what is no export, or not one that can be read, is said', () => {
  expect(why('')).toContain('is empty')
  expect(why('PK\u0003\u0004')).toContain('no export of a console: it is no JSON')
  expect(why('{"a": tru}')).toContain('no export of a console: it is no JSON')
  expect(why([])).toContain('"format" is not "souk-trace"')
  expect(why({ ...recording(), format: undefined })).toContain('"format" is not "souk-trace"')
  expect(why(recording({ version: 2 }))).toBe(
    'the export is of version 2, this program reads up to 1; use a newer Souk',
  )
  expect(why(recording({ version: '1' }))).toContain('has no version')
  expect(why(recording({ from: { self: 'P1' } }))).toContain('does not say where it is from')
  expect(why(recording({ events: {} }))).toBe('the export has no list of events')
  expect(why(recording({ events: [event(1), { type: 'x' }] }))).toBe('events[1] of the export is damaged')
  expect(why(recording({ events: [{ ...event(1), by: 7 }] }))).toBe('events[0] of the export is damaged')
  expect(why(recording({ moments: [{ wallMs: 1, peers: [{}], tasks: [] }] }))).toContain('moments[0]')
  expect(why(recording({ moments: Array(10_001).fill({}) }))).toContain('has 10001 moments; at most 10000')
  expect(why(recording({ task: 'x' }))).toContain('"task" of the export has no id')
  expect(why(recording({ missing: ['P2'], cut: 3 }))).toBe('read')
  expect(why(recording({ missing: 'P2' }))).toContain('"missing" that is no list of peers')
  expect(why(recording({ cut: -1 }))).toContain('"cut" that is no number of events')
})
