import { expect, test } from 'vitest'
import { EventRing } from '../src/event-ring.ts'

function filled(count: number, eventsMax: number, charsMax = 1_000): EventRing {
  const ring = new EventRing(eventsMax, charsMax)
  for (let i = 1; i <= count; i++) ring.push(1, `e${i}`, i)
  return ring
}

test('entries are found by what was seen last', () => {
  const ring = filled(3, 10)
  expect([ring.after(0)?.text, ring.after(2)?.text, ring.after(3)]).toEqual(['e1', 'e3', undefined])
})

test('the oldest go when there are too many events', () => {
  const ring = filled(5, 2)
  expect([ring.firstSeq, ring.lastSeq, ring.after(0)?.text]).toEqual([4, 5, 'e4'])
})

test('the oldest go when there are too many characters, an entry larger than all included', () => {
  const ring = filled(5, 10, 4)
  expect(ring.firstSeq).toBe(4)
  ring.push(1, 'far too large', 6)
  expect([ring.firstSeq, ring.lastSeq, ring.after(5)]).toEqual([7, 6, undefined])
})

test('trimming forgets only what is sent and old', () => {
  const ring = filled(4, 10)
  ring.trim(3, 3)
  expect(ring.firstSeq).toBe(3)
  ring.trim(3, 100)
  expect(ring.firstSeq).toBe(4)
})
