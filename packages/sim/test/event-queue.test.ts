import { Prng } from '@souk/kernel'
import { expect, it } from 'vitest'
import { EventQueue } from '../src/event-queue.ts'

it('gives events back by time, and ties in the order they were pushed', () => {
  const prng = new Prng(1)
  const queue = new EventQueue<{ at: number; order: number }>()
  const pushed = Array.from({ length: 2000 }, (_, order) => ({ at: prng.below(50), order }))
  for (const event of pushed) queue.push(event.at, event)
  const popped = pushed.map(() => queue.pop()!)
  expect(popped).toEqual(pushed.toSorted((a, b) => a.at - b.at || a.order - b.order))
  expect(queue.pop()).toBeUndefined()
})

it('keeps the order while pushing and popping alternate', () => {
  const prng = new Prng(2)
  const queue = new EventQueue<number>()
  let now = 0
  for (let i = 0; i < 5000; i++) {
    queue.push(now + prng.below(20), i)
    if (prng.chance(0.6)) {
      const at = queue.next()!
      expect(at).toBeGreaterThanOrEqual(now)
      now = at
      queue.pop()
    }
  }
})
