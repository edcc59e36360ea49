import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { advertOf, Lone, Mesh, offerOf } from './mesh.ts'

describe('twenty rosters', () => {
  test('know of each other and of all offers within a second, though gossip loses everything', () => {
    const mesh = new Mesh('twenty')
    mesh.lossOfGossip = 1
    const peers = mesh.startMany(20)
    mesh.run(1000)
    for (const host of mesh.up()) {
      expect(host.roster.members().map((m) => m.peer)).toEqual(peers)
      for (const peer of peers) {
        expect(host.roster.reachable(peer)).toBe(true)
        expect(host.roster.offerOf(peer)).toBeDefined()
      }
    }
  })

  test('that are only joined in a line hear of everybody', () => {
    const mesh = new Mesh('line')
    mesh.lossOfGossip = 1
    for (let i = 0; i < 8; i++) mesh.start(`p${i}`, 1, i === 0 ? [] : [`p${i - 1}`])
    mesh.run(240_000)
    for (const host of mesh.up()) expect(host.roster.members()).toHaveLength(8)
  })

  test('agree on a changed offer under loss', () => {
    const mesh = new Mesh('change')
    mesh.startMany(20)
    mesh.lossOfGossip = 0.5
    mesh.lossOfMessages = 0.05
    mesh.run(3000)
    mesh.tell('p07', { type: 'offer', offer: offerOf({ summary: 'new' }) })
    mesh.run(30_000)
    for (const host of mesh.up()) expect(host.roster.offerOf('p07')?.summary).toBe('new')
  })

  test('are told by one that leaves, and none of them suspects it', () => {
    const mesh = new Mesh('leave')
    mesh.startMany(20)
    mesh.run(3000)
    mesh.tell('p05', { type: 'leave' })
    mesh.run(10)
    mesh.kill('p05')
    mesh.run(20_000)
    expect(new Set(mesh.states('p05'))).toEqual(new Set(['left']))
    expect(mesh.changes.filter((c) => c.state === 'suspect' || c.state === 'dead')).toEqual([])
    // Who comes later does not take it for a member that is alive.
    mesh.start('late')
    mesh.run(2000)
    expect(mesh.roster('late').get('p05')?.state).not.toBe('alive')
  })

  test('at rest send each other a few messages a second, whatever their number', () => {
    const perPeerSecond = (peers: number) => {
      const mesh = new Mesh('rest')
      mesh.startMany(peers)
      mesh.run(10_000)
      mesh.sent.length = 0
      mesh.run(30_000)
      return mesh.sent.length / peers / 30
    }
    expect(perPeerSecond(5)).toBeLessThan(4)
    expect(perPeerSecond(20)).toBeLessThan(4)
  })

  test('of one seed do exactly the same twice, of another seed not', () => {
    const hash = (seed: string) => {
      const mesh = new Mesh(seed)
      mesh.startMany(12)
      mesh.lossOfMessages = 0.05
      mesh.run(4000)
      mesh.kill('p03')
      mesh.run(10_000)
      mesh.start('p03', 2)
      mesh.run(5000)
      return mesh.traceHash
    }
    expect(hash('x')).toBe(hash('x'))
    expect(hash('x')).not.toBe(hash('y'))
  })
})

test('round trips are measured per peer and over all', () => {
  const mesh = new Mesh('rtt')
  mesh.startMany(4)
  mesh.run(5000)
  const roster = mesh.roster('p00')
  const rtt = roster.rtt('p01')!
  // One way takes 1 to 5 ms here.
  expect(rtt.mean).toBeGreaterThanOrEqual(2)
  expect(rtt.p95).toBeLessThanOrEqual(10)
  expect(roster.rttP95).toBeGreaterThanOrEqual(2)
  expect(roster.rtt('nobody')).toBeUndefined()
})

describe('hostile or senseless messages', () => {
  const peer = fc.constantFrom('m', 'a', 'b', 'c', 'nobody', '__proto__')
  const number = fc.constantFrom(0, 1, 2, 7, 2 ** 31, 2 ** 32)
  const updates = fc.array(
    fc.record({
      peer,
      state: fc.constantFrom('alive' as const, 'suspect' as const, 'dead' as const, 'left' as const),
      incarnation: number,
      proof: fc.constantFrom(new Uint8Array(0), new Uint8Array(64)),
      denial: fc.constantFrom(0, 1, 2 ** 31),
    }),
    { maxLength: 4 },
  )
  const advert = fc
    .record({ peer, incarnation: number, seq: number })
    .map((a) => advertOf(a.peer, a.incarnation, a.seq))
  const message = fc.oneof(
    fc.record({ t: fc.constant('ping' as const), nonce: number, updates }),
    fc.record({ t: fc.constant('ack' as const), nonce: number, updates }),
    fc.record({ t: fc.constant('pingReq' as const), nonce: number, target: peer, updates }),
    fc.record({ t: fc.constant('pingRes' as const), nonce: number, target: peer, reached: fc.boolean(), updates }),
    fc.record({
      t: fc.constant('sync' as const),
      have: fc.array(fc.tuple(peer, number, number), { maxLength: 4 }),
      reply: fc.boolean(),
    }),
    fc.record({ t: fc.constant('adverts' as const), adverts: fc.array(advert, { maxLength: 3 }) }),
    fc.record({ t: fc.constant('leave' as const), incarnation: number }),
  )
  const happening = fc.oneof(
    { weight: 6, arbitrary: fc.record({ from: peer, message }) },
    { weight: 1, arbitrary: fc.record({ connected: peer, incarnation: number }) },
    { weight: 1, arbitrary: fc.record({ disconnected: peer }) },
    { weight: 2, arbitrary: fc.record({ passMs: fc.integer({ min: 0, max: 20_000 }) }) },
  )

  test('never throw, never pass a bound, and what is sent stays within the wire', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 60 }), (all) => {
        const lone = new Lone('m', { relaysMax: 3, earlyUpdatesMax: 2 })
        lone.connect('a')
        for (const it of all) {
          if ('message' in it) lone.hear(it.from, it.message)
          else if ('connected' in it) lone.connect(it.connected, it.incarnation)
          else if ('disconnected' in it) lone.step({ type: 'disconnected', peer: it.disconnected })
          else lone.pass(it.passMs)
          expect(lone.roster.snapshot().probes).toBeLessThanOrEqual(3 + 6)
        }
        expect(lone.roster.get('m')?.state).toBe('alive')
        for (const effect of lone.effects()) {
          if (effect.type !== 'send' || !('updates' in effect.message)) continue
          expect(effect.message.updates.length).toBeLessThanOrEqual(16)
          expect(effect.message.nonce).toBeLessThanOrEqual(2 ** 32)
          for (const u of effect.message.updates) expect(u.denial).toBeLessThanOrEqual(2 ** 31)
        }
      }),
      { numRuns: 200 },
    )
  })
})

describe('a store that was rolled back', () => {
  test('to before a life that ended with its first hello is noticed, since that hello is remembered', () => {
    const mesh = new Mesh('short life')
    mesh.lossOfGossip = 1
    mesh.startMany(3)
    mesh.run(3000)
    mesh.kill('p02')
    mesh.start('p02', 2, ['p00'])
    mesh.kill('p02')
    mesh.run(1000)
    mesh.start('p02', 1)
    mesh.run(1000)
    expect(mesh.roster('p02').incarnationSeenOfSelf).toBe(2)
  })

  test('is noticed through members that were away when that life was, once they have met who heard of it', () => {
    const mesh = new Mesh('away')
    mesh.lossOfGossip = 1
    const [, away, , old] = mesh.startMany(4) as [string, string, string, string]
    mesh.run(3000)
    mesh.kill(old)
    for (const there of ['p00', 'p02']) mesh.unlink(away, there)
    mesh.start(old, 2, ['p00'])
    mesh.kill(old)
    // The news are told, and over.
    mesh.run(60_000)
    expect(mesh.roster('p02').get(old)?.incarnation).toBe(2)
    expect(mesh.roster(away).get(old)?.incarnation).toBe(1)
    mesh.kill('p00')
    mesh.link(away, 'p02')
    mesh.run(1000)
    mesh.kill('p02')
    mesh.start(old, 1)
    mesh.run(1000)
    expect(mesh.roster(old).incarnationSeenOfSelf).toBe(2)
  })

  test('is not noticed where nobody was connected in the life that is missing, and then nobody was promised anything', () => {
    const mesh = new Mesh('alone')
    mesh.startMany(3)
    mesh.run(3000)
    mesh.kill('p02')
    mesh.lossOfGossip = 1
    mesh.start('p02', 2, [])
    mesh.run(1000)
    mesh.kill('p02')
    mesh.start('p02', 1)
    mesh.run(1000)
    expect(mesh.roster('p02').incarnationSeenOfSelf).toBe(1)
    expect(mesh.states('p02')).toEqual(['alive', 'alive', 'alive'])
  })
})
