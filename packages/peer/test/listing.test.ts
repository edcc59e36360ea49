import { emptyRequest } from '@souk/kernel'
import { comparePositions, type MessageOf, type TaskSummary } from '@souk/wire'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Listing } from '../src/listing.ts'
import { idOf } from './fixtures.ts'

const summary = (name: string, submittedWallMs: number): TaskSummary => ({
  id: idOf(name),
  name,
  class: 'c',
  tenant: '',
  priority: 'low',
  state: 'closed',
  needs: { executor: 'process', function: '', request: emptyRequest(), labels: {} },
  origin: 'p0',
  attempts: 1,
  submittedWallMs,
})

/** The answer of a peer that keeps these tasks and can tell `roomFor` of them in one message. */
function answer(tasks: TaskSummary[], limit: number, roomFor: number): MessageOf<'listed'> {
  const sorted = [...tasks].sort(comparePositions)
  return { t: 'listed', ask: 1, tasks: sorted.slice(0, Math.min(limit, roomFor)), total: tasks.length }
}

test('a page is the newest of all, without a gap, however little of theirs each peer can tell at once', () => {
  const times = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 12 })
  const peers = fc.array(fc.record({ times, roomFor: fc.integer({ min: 1, max: 12 }) }), { minLength: 1, maxLength: 4 })
  const property = fc.property(peers, fc.integer({ min: 1, max: 20 }), (told, limit) => {
    const kept = told.map(({ times: at }, peer) => at.map((ms, i) => summary(`${peer}${1000 + i}`, ms)))
    const listing = new Listing(
      told.map((_, peer) => `p${peer}`),
      limit,
    )
    told.forEach(({ roomFor }, peer) => void listing.onListed(`p${peer}`, answer(kept[peer]!, limit, roomFor)))
    const reply = listing.reply()
    if (reply.type !== 'listed') throw new Error('not a listing')
    const all = kept.flat().sort(comparePositions)
    expect(reply.tasks).toEqual(all.slice(0, reply.tasks.length))
    expect(reply.total).toBe(all.length)
    // No page is empty, so that reading page after page comes to the end.
    if (all.length > 0) expect(reply.tasks.length).toBeGreaterThan(0)
  })
  fc.assert(property)
})
