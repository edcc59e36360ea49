import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AuctioneerEffect } from '../src/index.ts'
import { offer, only, vector } from './fixtures.ts'
import { Stall } from './stall.ts'

const peers = ['p', 'q', 'r']
const names = Array.from({ length: 12 }, (_, i) => `t${String(i).padStart(2, '0')}`)
const happening = fc.record({
  type: fc.constantFrom('wait', 'wait', 'bid', 'bid', 'noBid', 'wanted', 'withdraw', 'change', 'pass', 'away'),
  peer: fc.constantFrom(...peers),
  task: fc.constantFrom(...names),
  priority: fc.constantFrom('high' as const, 'medium' as const, 'low' as const),
  kind: fc.constantFrom('x', 'y'),
  n: fc.nat({ max: 4 }),
})
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never

function happen(stall: Stall, { type, peer, task, priority, kind, n }: Happening): AuctioneerEffect[] {
  switch (type) {
    case 'wait':
      return stall.wait([task], { priority, class: kind })
    case 'bid':
      return stall.bid(peer, { count: n }, stall.lot - (n % 2))
    case 'noBid':
      return stall.noBid(peer)
    case 'wanted':
      return stall.wanted(peer, { free: vector({ slots: n }), aheadMs: 10, concurrent: n })
    case 'withdraw':
      return stall.step({ type: 'withdrawn', task })
    case 'change':
      stall.local.theFree.slots = n
      return stall.step({ type: 'changed' })
    case 'away':
      stall.members.add(peer, { reachable: n > 0 })
      return stall.step({ type: 'changed' })
    default:
      return stall.pass(n * 10)
  }
}

test('a task is given at most once while it waits, and is then counted no more, in any order of events', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
      const stall = new Stall({ host: offer({ capacity: vector({ slots: 1 }) }) })
      for (const peer of peers) stall.members.add(peer)
      const waiting = new Set<string>()
      const settle = (effects: AuctioneerEffect[]) => {
        for (const { tasks } of [...only(effects, 'award'), ...only(effects, 'keep')]) {
          expect(tasks.length).toBeGreaterThan(0)
          for (const task of tasks) expect(waiting.delete(task)).toBe(true)
        }
        expect(stall.held).toBe(waiting.size)
      }
      for (const h of happenings) {
        // Custody hands a task to the market again only after it has withdrawn it.
        if (h.type === 'wait' && waiting.has(h.task)) continue
        if (h.type === 'wait') waiting.add(h.task)
        if (h.type === 'withdraw') waiting.delete(h.task)
        settle(happen(stall, h))
      }
      for (const peer of peers) stall.members.add(peer, { reachable: false })
      settle(stall.pass(2_000))
      // A host with enough room is given all tasks that are left.
      const free = vector({ slots: 99, cpuMilli: 99_000, memoryBytes: 99_000 })
      stall.members.add('big', { offer: offer({ capacity: free }) })
      expect(stall.auctioneer.waiting).toBe(waiting.size)
      const rest = only(stall.wanted('big', { free, count: 99 }), 'award')
      expect(rest.flatMap(({ tasks }) => tasks).sort()).toEqual([...waiting].sort())
    }),
    { numRuns: 200 },
  )
})
