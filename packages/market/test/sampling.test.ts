import { describe, expect, test } from 'vitest'
import { offer, spec, vector } from './fixtures.ts'
import { asked, Stall } from './stall.ts'

const hosts = Array.from({ length: 100 }, (_, i) => `h${String(i).padStart(2, '0')}`)

/** A hundred hosts, of which these said at this time to have so many slots free. */
function saying(peers: readonly string[], { slots = 1, heardMs = 0 } = {}): Stall {
  const stall = Stall.among(...hosts)
  for (const peer of peers) stall.loads.all.set(peer, { slots, saidMs: 77, heardMs })
  return stall
}

describe('whom an auction asks', () => {
  test('half are hosts that said not long ago to have room, the rest are drawn', () => {
    const free = ['h03', 'h33', 'h61', 'h97']
    const peers = asked(saying(free).at(50).wait(['a']))
    expect(new Set(peers).size).toBe(8)
    expect(peers.filter((peer) => free.includes(peer)).sort()).toEqual(free)
  })

  test('is not all of them where many did', () => {
    const half = hosts.slice(0, 50)
    const stall = saying(half).at(50)
    const blind = Array.from({ length: 20 }, (_, i) => asked(stall.wait([`t${i}`], { class: `c${i}` })))
    const others = blind.map((peers) => peers.filter((peer) => !half.includes(peer)).length)
    expect(Math.max(...others)).toBeGreaterThan(0)
    expect(Math.max(...others)).toBeLessThanOrEqual(4)
  })

  test('what was said long ago, or of too few slots, counts for nothing', () => {
    const free = hosts.slice(0, 4)
    const wide = { request: { ...spec().request, slots: 2 } }
    const hits = (stall: Stall, over: Parameters<Stall['wait']>[1]): number =>
      asked(stall.wait(['a'], over)).filter((peer) => free.includes(peer)).length
    expect(hits(saying(free).at(50), {})).toBe(4)
    expect(hits(saying(free).at(201), {})).toBeLessThan(4)
    expect(hits(saying(free).at(50), wide)).toBeLessThan(4)
    expect(hits(saying(free, { slots: 2 }).at(50), wide)).toBe(4)
  })

  test('where devices are at stake all are drawn: a slot says nothing of them', () => {
    const stall = new Stall()
    for (const peer of hosts) stall.members.add(peer, { offer: offer({ capacity: vector({ gpuMilli: [1000] }) }) })
    for (const peer of hosts.slice(0, 4)) stall.loads.all.set(peer, { slots: 1, saidMs: 77, heardMs: 0 })
    const peers = asked(stall.at(50).wait(['a']))
    expect(peers).toHaveLength(32)
    expect(hosts.slice(0, 4).every((peer) => peers.includes(peer))).toBe(false)
  })
})
