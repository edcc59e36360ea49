import { describe, expect, test } from 'vitest'
import { advertOf, certificateOf, Lone, proofOf, update, wallStartMs } from './mesh.ts'

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

  test('nobody whose certificate has run out by a wall clock that has gone on in a sleep; all are back where it was wrong', () => {
    const lone = new Lone('m')
    const brief = (peer: string) => certificateOf(peer, { expiresWallMs: wallStartMs + 3_600_000 })
    for (const peer of ['a', 'b']) lone.connect(peer, 1, brief(peer))
    const { health } = lone.roster.snapshot()
    lone.step({ type: 'wall', wallMs: wallStartMs + 7_200_000 })
    lone.pass(0)
    expect(lone.roster.members().map((m) => m.peer)).toEqual(['m'])
    lone.step({ type: 'wall', wallMs: wallStartMs + 7_300_000 })
    lone.pass(0)
    const changes = () => lone.effects().flatMap((each) => (each.type === 'memberChanged' ? [each] : []))
    const told = (state: string) => ['a', 'b'].map((peer) => ({ type: 'memberChanged', peer, state, incarnation: 1 }))
    expect(changes().slice(-2)).toEqual(told('left'))
    // Nobody takes it for late because of that.
    expect(lone.roster.snapshot().health).toEqual(health)
    lone.step({ type: 'wall', wallMs: wallStartMs })
    expect(changes()).toEqual(told('alive'))
    lone.pass(3_600_000)
    expect(lone.roster.members().map((m) => m.peer)).toEqual(['m'])
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
    // All there is of that life is one hello.
    lone.connect('a', 3)
    lone.step({ type: 'disconnected', peer: 'a' })
    lone.effects()
    const told = [{ type: 'send', to: 'a', message: { t: 'ping', updates: [update('a', 'alive', 3)] } }]
    lone.connect('a', 2)
    expect(lone.roster.reachable('a')).toBe(false)
    expect(lone.effects()).toMatchObject(told)
    // What told it may be lost: it asks whether this peer is alive, and is told again.
    lone.hear('a', { t: 'sync', have: [], reply: true })
    expect(lone.effects()).toEqual([])
    lone.rumour('a')
    expect(lone.effects()).toMatchObject(told)
  })

  test('so is one whose link stands already, when news of its later life come', () => {
    const lone = new Lone('m')
    for (const peer of ['a', 'b']) lone.connect(peer, 2)
    const toldA = () =>
      lone.effects().flatMap((effect) => {
        if (effect.type !== 'send' || effect.to !== 'a' || !('updates' in effect.message)) return []
        return effect.message.updates.filter(({ peer }) => peer === 'a')
      })
    lone.rumour('a')
    expect(toldA()).toEqual([])
    lone.rumour('b', update('a', 'alive', 3))
    for (let i = 0; i < 20; i++) lone.rumour('a')
    expect(toldA()).toEqual(Array.from({ length: 20 }, () => update('a', 'alive', 3)))
  })

  test('two that both began with old stores tell each other so, and not for ever', () => {
    const known = (peer: string) => [{ certificate: certificateOf(peer), incarnation: 5, proof: proofOf(peer, 5) }]
    const a = new Lone('a', {}, { incarnation: 3, known: known('b') })
    const b = new Lone('b', {}, { incarnation: 3, known: known('a') })
    a.connect('b', 3)
    b.connect('a', 3)
    const carry = (from: Lone, to: Lone): number => {
      const sent = from.effects().flatMap((effect) => (effect.type === 'send' ? [effect.message] : []))
      for (const message of sent) to.hear(from === a ? 'a' : 'b', message)
      return sent.length
    }
    for (let round = 0; round < 10; round++) {
      carry(a, b)
      carry(b, a)
    }
    expect(carry(a, b) + carry(b, a)).toBe(0)
    // Without this peer's own word it is nothing but talk.
    a.rumour('b', { ...update('a', 'alive', 9), proof: new Uint8Array(0) })
    expect([a, b].map(({ roster }) => roster.incarnationSeenOfSelf)).toEqual([5, 5])
  })

  test('an earlier life that is remembered from before a restart is told as well', () => {
    const lone = new Lone('m')
    lone.connect('a', 3)
    const { certificate, incarnation, proof } = lone.roster.get('a')!
    const again = new Lone('m', {}, { incarnation: 2, known: [{ certificate, incarnation, proof }] })
    again.connect('a', 2)
    expect(again.effects()).toMatchObject([
      { type: 'publish' },
      { type: 'send', to: 'a', message: { t: 'ping', updates: [update('a', 'alive', 3)] } },
    ])
  })

  test('a life that its own member did not sign is nobody’s: not one to bury a member under, nor one of this peer', () => {
    const lone = new Lone('m', {}, { incarnation: 2 })
    for (const peer of ['a', 'b']) lone.connect(peer)
    const proof = new Uint8Array(0)
    lone.rumour('b', { ...update('a', 'dead', 9), proof }, { ...update('m', 'alive', 9), proof })
    lone.rumour('b', { ...update('early', 'dead', 9), proof })
    lone.gossip(advertOf('early', 1, 1))
    expect(lone.roster.get('a')).toMatchObject({ state: 'alive', incarnation: 1 })
    expect(lone.roster.get('early')).toMatchObject({ state: 'alive', incarnation: 1 })
    expect(lone.roster.incarnationSeenOfSelf).toBe(2)
    // Only with a leave of its present life a member ends that.
    lone.hear('a', { t: 'leave', incarnation: 9 })
    expect(lone.roster.get('a')).toMatchObject({ state: 'alive', incarnation: 1 })
  })

  test('of a member that nobody has met it may be said that it is dead', () => {
    const known = [{ certificate: certificateOf('a'), incarnation: 0 }]
    const lone = new Lone('m', {}, { known })
    lone.connect('b')
    lone.rumour('b', update('a', 'dead', 0))
    expect(lone.roster.get('a')?.state).toBe('dead')
  })

  test('and the peer that is told so knows that its store is behind, by its own word in whatever it comes', () => {
    const lone = new Lone('m', {}, { incarnation: 2 })
    lone.connect('a')
    lone.rumour('a', update('m', 'alive', 1))
    expect(lone.roster.incarnationSeenOfSelf).toBe(2)
    lone.rumour('a', update('m', 'dead', 3))
    expect(lone.roster.incarnationSeenOfSelf).toBe(3)
    lone.hear('a', { t: 'adverts', adverts: [advertOf('m', 4, 1)] })
    expect(lone.roster.incarnationSeenOfSelf).toBe(4)
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
