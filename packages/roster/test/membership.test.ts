import { describe, expect, test } from 'vitest'
import { advertOf, certificateOf, Lone, update, wallStartMs } from './mesh.ts'

describe('who is a member', () => {
  test('whoever shows a certificate when a link opens, or has one in its advert', () => {
    const lone = new Lone('m')
    lone.connect('z')
    lone.gossip(advertOf('a', 1, 1))
    expect(lone.roster.members().map((m) => m.peer)).toEqual(['a', 'm', 'z'])
    expect(lone.roster.get('a')).toMatchObject({ name: 'name-a', role: 'host', connected: false, reachable: false })
    expect(lone.roster.get('z')).toMatchObject({ connected: true, reachable: true, addresses: ['/a/z'] })
  })

  test('nobody by the certificate of another', () => {
    const lone = new Lone('m')
    lone.gossip(advertOf('a', 1, 1, { certificate: certificateOf('b') }))
    lone.connect('c', 1, certificateOf('b'))
    expect(lone.roster.members().map((m) => m.peer)).toEqual(['m'])
  })

  test('nobody whose certificate has run out, from the moment it does until it is renewed', () => {
    const lone = new Lone('m')
    const brief = certificateOf('a', { expiresWallMs: wallStartMs + 5000 })
    lone.gossip(advertOf('old', 1, 1, { certificate: certificateOf('old', { expiresWallMs: wallStartMs }) }))
    lone.connect('a', 1, brief)
    expect(lone.roster.members().map((m) => m.peer)).toEqual(['a', 'm'])
    lone.effects()
    lone.pass(5000)
    expect(lone.roster.get('a')).toBeUndefined()
    expect(lone.roster.reachable('a')).toBe(false)
    expect(lone.effects()).toContainEqual({ type: 'memberChanged', peer: 'a', state: 'left', incarnation: 1 })
    lone.gossip(advertOf('a', 1, 1, { certificate: certificateOf('a', { issuedWallMs: wallStartMs + 5000 }) }))
    expect(lone.roster.get('a')).toBeDefined()
  })

  test('at most as many as the limit; who left makes room', () => {
    const lone = new Lone('m', { membersMax: 3 })
    lone.connect('a')
    lone.gossip(advertOf('b', 1, 1))
    lone.gossip(advertOf('c', 1, 1))
    expect(lone.roster.members().map((m) => m.peer)).toEqual(['a', 'b', 'm'])
    lone.rumour('a', update('b', 'left', 1))
    lone.gossip(advertOf('c', 1, 1))
    expect(lone.roster.members().map((m) => m.peer)).toEqual(['a', 'c', 'm'])
  })

  test('when it is full who left goes before the dead', () => {
    const lone = new Lone('m', { membersMax: 4 })
    lone.connect('a')
    for (const peer of ['b', 'c']) lone.gossip(advertOf(peer, 1, 1))
    lone.rumour('a', update('b', 'dead', 1))
    lone.now += 10
    lone.rumour('a', update('c', 'left', 1))
    lone.gossip(advertOf('d', 1, 1))
    expect(lone.roster.members().map((m) => m.peer)).toEqual(['a', 'b', 'd', 'm'])
  })

  test('the list is the same array until somebody joins', () => {
    const lone = new Lone('m')
    lone.connect('a')
    const before = lone.roster.members()
    lone.rumour('a', update('a', 'alive', 1))
    expect(lone.roster.members()).toBe(before)
    lone.connect('b')
    expect(lone.roster.members()).not.toBe(before)
  })
})

describe('lives', () => {
  test('an older incarnation is ignored, whoever brings it', () => {
    const lone = new Lone('m')
    lone.connect('a', 3)
    lone.rumour('a', update('a', 'dead', 2))
    lone.gossip(advertOf('a', 2, 9))
    expect(lone.roster.get('a')).toMatchObject({ state: 'alive', incarnation: 3 })
    expect(lone.roster.offerOf('a')).toBeUndefined()
  })

  test('a peer that connects with an older incarnation is told, in its own signed words, and not taken for connected', () => {
    const lone = new Lone('m')
    const later = advertOf('a', 3, 1)
    lone.gossip(later)
    lone.effects()
    lone.connect('a', 2)
    expect(lone.roster.reachable('a')).toBe(false)
    const updates = [update('a', 'alive', 3)]
    const ping = expect.objectContaining({ t: 'ping', updates })
    expect(lone.effects()).toEqual([
      { type: 'send', to: 'a', message: ping },
      { type: 'send', to: 'a', message: { t: 'adverts', adverts: [later] } },
    ])
  })

  test('and the peer that is told so knows that its store is behind; a rumour alone does not make it so', () => {
    const lone = new Lone('m', {}, { incarnation: 2 })
    lone.connect('a')
    expect(lone.roster.incarnationSeenOfSelf).toBe(2)
    lone.rumour('a', update('m', 'alive', 3))
    expect(lone.roster.incarnationSeenOfSelf).toBe(2)
    lone.hear('a', { t: 'adverts', adverts: [advertOf('m', 3, 1)] })
    expect(lone.roster.incarnationSeenOfSelf).toBe(3)
    expect(lone.roster.get('m')?.incarnation).toBe(2)
  })

  test('who left does not come back in that life, by rumour, advert or link', () => {
    const lone = new Lone('m')
    lone.connect('a')
    lone.hear('a', { t: 'leave', incarnation: 1 })
    expect(lone.roster.get('a')?.state).toBe('left')
    lone.rumour('a', update('a', 'alive', 1, 7))
    lone.gossip(advertOf('a', 1, 9))
    lone.connect('a', 1)
    expect(lone.roster.get('a')?.state).toBe('left')
    expect(lone.roster.reachable('a')).toBe(false)
    lone.connect('a', 2)
    expect(lone.roster.get('a')?.state).toBe('alive')
    expect(lone.roster.reachable('a')).toBe(true)
  })

  test('a leave of a former life does not end the present one', () => {
    const lone = new Lone('m')
    lone.connect('a', 2)
    lone.hear('a', { t: 'leave', incarnation: 1 })
    expect(lone.roster.get('a')?.state).toBe('alive')
  })

  test('a suspicion of this peer is denied in the very answer', () => {
    const lone = new Lone('m')
    lone.connect('a')
    lone.effects()
    lone.rumour('a', update('m', 'suspect', 1))
    const message = { t: 'ack', nonce: 1, updates: [update('m', 'alive', 1, 1)] }
    expect(lone.effects()).toEqual([{ type: 'send', to: 'a', message }])
  })

  test('what was heard of a peer before its certificate came counts when it comes', () => {
    const lone = new Lone('m')
    lone.connect('a')
    lone.rumour('a', update('b', 'dead', 1))
    lone.gossip(advertOf('b', 1, 1))
    expect(lone.roster.get('b')?.state).toBe('dead')
  })

  test('a newcomer is told who is dead or gone', () => {
    const lone = new Lone('m')
    lone.connect('a')
    for (const peer of ['x', 'y']) lone.gossip(advertOf(peer, 1, 1))
    lone.rumour('a', update('x', 'dead', 1), update('y', 'left', 1))
    // Told often enough that the rumours are over.
    for (let i = 0; i < 20; i++) lone.rumour('a')
    lone.effects()
    lone.connect('b')
    const told = lone.effects().flatMap((e) => (e.type === 'send' && e.message.t === 'ping' ? e.message.updates : []))
    expect(told).toEqual([update('x', 'dead', 1), update('y', 'left', 1)])
  })
})

describe('leaving', () => {
  test('tells every connected member, and is silent afterwards', () => {
    const lone = new Lone('m')
    lone.connect('a')
    lone.connect('b')
    lone.gossip(advertOf('c', 1, 1))
    lone.effects()
    lone.step({ type: 'leave' })
    const sent = lone.effects().filter((e) => e.type === 'send')
    expect(sent).toEqual(['a', 'b'].map((to) => ({ type: 'send', to, message: { t: 'leave', incarnation: 1 } })))
    expect(lone.roster.nextWakeup()).toBeUndefined()
    expect(lone.roster.reachable('m')).toBe(false)
    lone.rumour('a')
    expect(lone.effects()).toEqual([])
  })
})

test('the version rises when reachability changes and stands still when nothing does', () => {
  const lone = new Lone('m')
  lone.connect('a')
  const before = lone.roster.version
  lone.rumour('a')
  expect(lone.roster.version).toBe(before)
  lone.step({ type: 'disconnected', peer: 'a' })
  expect(lone.roster.version).toBeGreaterThan(before)
})
