import { emptyRequest, type ResourceRequest } from '@souk/kernel'
import { describe, expect, test } from 'vitest'
import { offer, only, vector } from './fixtures.ts'
import { asked, awards, Stall } from './stall.ts'

const gpu = (milli: number): { request: ResourceRequest } => ({
  request: { ...emptyRequest(), cpuMilli: 1000, gpu: { count: 1, milli } },
})
const plain = (cpuMilli: number): { request: ResourceRequest } => ({ request: { ...emptyRequest(), cpuMilli } })
const host = (cpuMilli = 4000) => offer({ capacity: vector({ cpuMilli, gpuMilli: [1000] }) })

/** This host and another like it, where most tasks seen want a whole device and all of the CPU. */
function market(): Stall {
  const stall = new Stall({ host: host() })
  stall.members.add('other', { offer: host() })
  stall.packing.learn({ ...gpu(1000).request, cpuMilli: 4000 }, 90)
  return stall
}

describe('a task that needs devices', () => {
  test('is asked for elsewhere although it fits here, and stays where this host suits it best', () => {
    const stall = market()
    const effects = stall.wait(['a'], gpu(500))
    expect([only(effects, 'keep'), asked(effects)]).toEqual([[], ['other']])
    const closed = stall.bid('other', { fragMilli: 900 })
    expect(only(closed, 'keep')).toMatchObject([
      { tasks: ['a'], decision: { how: 'auction', winner: 'self', bidsTotal: 2, bids: [{ peer: 'self' }, {}] } },
    ])
    expect(awards(closed)).toEqual([])
  })

  test('goes to the host that it suits better, and never back here as an alternate', () => {
    const stall = market()
    stall.wait(['a'], gpu(500))
    const closed = stall.bid('other', { fragMilli: -500 })
    expect(only(closed, 'award')).toMatchObject([{ to: { peer: 'other' }, alternates: [] }])
    expect(only(closed, 'keep')).toEqual([])
  })

  test('stays here when nobody else has room, or nobody can be asked', () => {
    const stall = market()
    stall.wait(['a'], gpu(500))
    expect(only(stall.noBid('other'), 'keep')).toMatchObject([{ tasks: ['a'] }])
    const alone = new Stall({ host: host() })
    expect(only(alone.wait(['b'], gpu(500)), 'keep')).toMatchObject([{ tasks: ['b'], decision: { how: 'local' } }])
  })

  test('is kept at once when it has waited already', () => {
    const stall = market()
    stall.local.start({ ...gpu(1000).request })
    stall.wait(['a'], gpu(500))
    expect(only(stall.noBid('other'), 'waits')).toHaveLength(1)
    stall.local.theFree.gpuMilli[0] = 1000
    expect(only(stall.step({ type: 'changed' }), 'keep')).toMatchObject([{ tasks: ['a'], decision: { how: 'local' } }])
  })

  test('waits for every bid, unless such tasks end sooner than that takes', () => {
    const capacity = vector({ gpuMilli: [1000] })
    const stall = new Stall()
    for (const peer of ['a', 'b', 'c', 'd']) stall.members.add(peer, { offer: offer({ capacity }) })
    stall.wait(['x'], gpu(500))
    expect(['a', 'b', 'c'].flatMap((peer) => awards(stall.bid(peer)))).toEqual([])
    expect(awards(stall.bid('d', { fragMilli: -1 }))).toEqual([['d', ['x']]])
    stall.step({ type: 'duration', class: 'noop', runMs: 1 })
    stall.wait(['y'], gpu(500))
    expect(awards(stall.bid('a'))).toEqual([['a', ['y']]])
  })
})

describe('a task without devices', () => {
  test('stays here unless it would take the CPU that the devices need', () => {
    const rich = market()
    rich.local.theOffer = host(64_000)
    rich.local.theFree = vector({ cpuMilli: 64_000, gpuMilli: [1000] })
    // That the task leaves more memory than CPU is no reason to ask other hosts.
    rich.packing.learn({ ...plain(1000).request, memoryBytes: 62 }, 90)
    expect(only(rich.wait(['a'], plain(1000)), 'keep')).toMatchObject([{ tasks: ['a'] }])
    const tight = market()
    const effects = tight.wait(['a'], plain(1000))
    expect([only(effects, 'keep'), asked(effects)]).toEqual([[], ['other']])
  })
})

test('a lot is asked for once where there is but one round', () => {
  const stall = new Stall({ config: { roundsMax: 1, askAllMax: 0, askedMax: 1, bidsWanted: 1 } })
  for (const peer of ['a', 'b']) stall.members.add(peer)
  const [first] = asked(stall.wait(['x']))
  const closed = stall.noBid(first!)
  expect([asked(closed), only(closed, 'waits').length]).toEqual([[], 1])
})
