import type { TaskLine } from '@souk/client'
import {
  filterEvents,
  flightsBetween,
  type MeshMoment,
  Moments,
  momentAt,
  Ring,
  runsOf,
  shareUnchanged,
  type TraceEvent,
} from '@souk/console'
import { expect, test } from 'vitest'

const task = (id: string, host?: string) => ({ id, origin: 'A', ...(host ? { host } : {}) }) as TaskLine
const moment = (wallMs: number, ...tasks: TaskLine[]): MeshMoment => ({ wallMs, peers: [], tasks })

test('a ring keeps the newest, and what was shown of it stays as it was', () => {
  const ring = new Ring<number>(3)
  ring.push([1, 2])
  const shown = ring.items
  ring.push([3, 4])
  expect(ring.items).toEqual([2, 3, 4])
  expect(ring.items).toEqual([2, 3, 4])
  expect(shown).toEqual([1, 2])
})

test('moments are kept look by look for a minute, then in steps of five seconds, for ten minutes', () => {
  const moments = new Moments()
  for (let second = 0; second <= 1_200; second++) {
    moments.push(moment(second * 1_000, ...Array.from({ length: 50 }, (_, i) => task(`t${i}`))))
    if (second === 70) expect(moments.items.slice(0, 4).map(({ wallMs }) => wallMs / 1_000)).toEqual([0, 5, 10, 11])
  }
  const seconds = moments.items.map(({ wallMs }) => wallMs / 1_000)
  expect(seconds.slice(-61)).toEqual(Array.from({ length: 61 }, (_, i) => 1_140 + i))
  expect(seconds.slice(0, -61).every((second, i) => i === 0 || second - seconds[i - 1]! === 5)).toBe(true)
  expect(seconds[0]).toBeGreaterThan(600)
  expect(seconds.length).toBeLessThan(180)
  expect(moments.items.map(({ tasks }) => tasks.length).slice(-2)).toEqual([40, 50])
})

test('going back shows the last moment before, and never one that was not seen', () => {
  const moments = [moment(10), moment(20), moment(30)]
  expect([5, 10, 29, 99].map((at) => momentAt(moments, at)?.wallMs)).toEqual([10, 10, 20, 30])
  expect(momentAt([], 5)).toBeUndefined()
})

test('tasks fly from where they were to where they are; what stays does not', () => {
  const before = moment(1, task('still', 'A'), task('moved', 'B'), task('open'))
  const after = moment(
    2,
    task('still', 'A'),
    task('moved', 'C'),
    task('open', 'B'),
    task('local', 'A'),
    task('new', 'C'),
  )
  expect(flightsBetween(after, before, 10)).toEqual([])
  expect(flightsBetween(before, after, 10)).toEqual([
    { task: 'moved', from: 'B', to: 'C' },
    { task: 'open', from: 'A', to: 'B' },
    { task: 'new', from: 'A', to: 'C' },
  ])
  expect(flightsBetween(before, after, 1)).toHaveLength(1)
  expect(flightsBetween(undefined, after, 10)).toEqual([])
})

test('what says the same in a row stands on one line', () => {
  const event = (type: string, to: string): TraceEvent => ({ type, wallMs: 0, to })
  const runs = runsOf([event('wanted.sent', 'B'), event('wanted.sent', 'B'), event('wanted.sent', 'C')])
  expect(runs.map(({ event: { to }, count }) => [to, count])).toEqual([
    ['B', 2],
    ['C', 1],
  ])
})

test('events are found by kind, by text, by the name of a peer, and by being trouble', () => {
  const events: TraceEvent[] = [
    { type: 'task.closed', wallMs: 1, task: 'abc', kind: 'succeeded' },
    { type: 'task.closed', wallMs: 2, task: 'def', kind: 'failed' },
    { type: 'link.down', wallMs: 3, peer: 'P1' },
    { type: 'pressure.began', wallMs: 4 },
    { type: 'task.straggles', wallMs: 5 },
    { type: 'task.givenUp', wallMs: 6 },
    { type: 'pressure.ended', wallMs: 7 },
  ]
  const found = (families: string[], search: string, trouble = false) =>
    filterEvents(events, { families, search, trouble }, () => 'amber').map(({ wallMs }) => wallMs)
  expect(found([], '')).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(found(['link'], '')).toEqual([3])
  expect(found([], 'AMBER')).toEqual([3])
  expect(found([], 'def')).toEqual([2])
  expect(found(['pressure'], '')).toEqual([4, 7])
  expect(found([], '', true)).toEqual([2, 3, 4, 5, 6])
})

test('what has not changed between two looks is kept once', () => {
  const line = (id: string, running: number) => ({ id, running, labels: { zone: 'lab' }, addresses: ['a'] })
  const before = [line('A', 1), line('B', 1)]
  const [a, b, c] = shareUnchanged(before, [line('A', 1), line('B', 2), line('C', 1)])
  expect(a).toBe(before[0])
  expect(b).toEqual(line('B', 2))
  expect(b?.labels).toBe(before[1]?.labels)
  expect(c).toEqual(line('C', 1))
  expect(before).toEqual([line('A', 1), line('B', 1)])
})
