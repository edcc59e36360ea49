import { emptyRequest, emptyVector } from '@souk/kernel'
import { expect, test } from 'vitest'
import type { Work } from '../src/eta.ts'
import { laterRoomMs } from '../src/later-room.ts'
import { isHeld, promisedStart, withFreed } from '../src/promised-start.ts'

const request = { ...emptyRequest(), slots: 2 }
const run = (untilMs: number | undefined, slots: number): Work => ({
  ...{ class: 'c', request, startedMs: 0 },
  allocation: { request: { ...emptyRequest(), slots }, gpuDevices: [] },
  ...(untilMs === undefined ? {} : { untilMs }),
})

test('a host has room for more once enough of what runs must be over, and never by what has no timeout', () => {
  const free = { ...emptyVector(), slots: 1 }
  const work = [run(300, 2), run(100, 1), run(undefined, 4), run(200, 1)]
  expect(laterRoomMs({ free, work }, request, 8, 50)).toEqual([50, 250])
  expect(laterRoomMs({ free, work }, request, 1, 50)).toEqual([50])
  expect(laterRoomMs({ free, work: [run(undefined, 4)] }, request, 8, 50)).toEqual([])
})

test('a gang can start when its last place is there, and keeps those that come last of what is there by then', () => {
  const rooms = [
    { peer: 'a', count: 1, laterMs: [400] },
    { peer: 'b', count: 0, laterMs: [100, 900] },
    { peer: 'c', count: 0, laterMs: [300] },
    { peer: 'd', count: 0, laterMs: [300] },
  ]
  const kept = (size: number) => {
    const { inMs, keep } = promisedStart(rooms, size)!
    return [inMs, Object.fromEntries(keep)]
  }
  expect(kept(2)).toEqual([100, { a: 1, b: 1 }])
  // More places are there by 300 ms than the gang needs: the ones free now on a are not kept, so that others can use them.
  expect(kept(3)).toEqual([300, { b: 1, c: 1, d: 1 }])
  expect(kept(5)).toEqual([400, { a: 2, b: 1, c: 1, d: 1 }])
  expect(promisedStart(rooms, 7)).toBeUndefined()
})

test('what was promised holds as long as each host has enough by then, and room that came free is not told of twice', () => {
  const room = { peer: 'b', count: 1, laterMs: [100, 900] }
  const isHeldWith = (inMs: number, places: number) =>
    isHeld(new Map([['b', room]]), { inMs, keep: new Map([['b', places]]) })
  expect([isHeldWith(100, 2), isHeldWith(99, 2), isHeldWith(100, 3)]).toEqual([true, false, false])
  expect(isHeld(new Map(), { inMs: 100, keep: new Map([['c', 1]]) })).toBe(false)
  expect(withFreed(room, 'b', 2)).toEqual({ peer: 'b', count: 2, laterMs: [900] })
  expect(withFreed(room, 'b', 0)).toEqual({ peer: 'b', count: 0, laterMs: [100, 900] })
  expect(withFreed(undefined, 'c', 1)).toEqual({ peer: 'c', count: 1, laterMs: [] })
})
