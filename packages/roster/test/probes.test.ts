import type { RosterMessage } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import type { RosterEffect } from '../src/index.ts'
import { rosterDefaults } from '../src/index.ts'
import { MemberTable } from '../src/member-table.ts'
import { Suspicions } from '../src/suspicions.ts'
import { certificateOf, Lone, proofOf, update } from './mesh.ts'

const sent = (effects: RosterEffect[], t: RosterMessage['t']) =>
  effects.flatMap((e) => (e.type === 'send' && e.message.t === t ? [{ to: e.to, ...e.message }] : []))

/** `peers` are connected and have answered their first probe. */
function among(...peers: string[]): Lone {
  const lone = new Lone('m')
  for (const peer of peers) {
    lone.effects()
    lone.connect(peer)
    answer(lone, peer)
  }
  lone.effects()
  return lone
}

/** `peer` answers what it was asked since the last look. */
function answer(lone: Lone, peer: string): void {
  for (const ping of sent(lone.effects(), 'ping')) {
    if (ping.to === peer && 'nonce' in ping) lone.hear(peer, { t: 'ack', nonce: ping.nonce, updates: [] })
  }
}

describe('a probe', () => {
  test('goes through three helpers at once when the link closes', () => {
    const lone = among('a', 'b', 'c', 'd', 'e')
    lone.step({ type: 'disconnected', peer: 'a' })
    const asked = sent(lone.effects(), 'pingReq')
    expect(asked).toHaveLength(3)
    expect(new Set(asked.map((m) => m.to)).size).toBe(3)
    for (const request of asked) {
      expect(request).toMatchObject({ target: 'a' })
      expect(['b', 'c', 'd', 'e']).toContain(request.to)
    }
  })

  test('that all helpers answer with no makes a suspect without further waiting', () => {
    const lone = among('a', 'b', 'c')
    lone.step({ type: 'disconnected', peer: 'a' })
    for (const { to, ...request } of sent(lone.effects(), 'pingReq')) {
      const nonce = 'nonce' in request ? request.nonce : -1
      expect(lone.roster.get('a')?.state).toBe('alive')
      lone.hear(to, { t: 'pingRes', nonce, target: 'a', reached: false, updates: [] })
    }
    expect(lone.roster.get('a')?.state).toBe('suspect')
  })

  test('is only answered by its target, under its number', () => {
    const lone = among('a', 'b')
    lone.effects()
    lone.connect('c')
    const [ping] = sent(lone.effects(), 'ping')
    const nonce = ping && 'nonce' in ping ? ping.nonce : -1
    lone.hear('b', { t: 'ack', nonce, updates: [] })
    lone.hear('c', { t: 'ack', nonce: nonce + 1, updates: [] })
    expect(lone.roster.rtt('c')).toBeUndefined()
    lone.hear('c', { t: 'ack', nonce, updates: [] })
    expect(lone.roster.rtt('c')).toEqual({ mean: 0, p95: 0 })
  })

  test('for others is made at most so often at once, and not at all without a link', () => {
    const lone = new Lone('m', { relaysMax: 3 })
    lone.connect('a')
    lone.connect('b')
    lone.effects()
    for (let nonce = 0; nonce < 10; nonce++) lone.hear('a', { t: 'pingReq', nonce, target: 'b', updates: [] })
    expect(sent(lone.effects(), 'ping')).toHaveLength(3)
    lone.hear('a', { t: 'pingReq', nonce: 77, target: 'c', updates: [] })
    expect(sent(lone.effects(), 'pingRes')).toMatchObject([{ to: 'a', nonce: 77, target: 'c', reached: false }])
  })

  test('for another is answered under their number, with what the target said', () => {
    const lone = among('a', 'b')
    lone.hear('a', { t: 'pingReq', nonce: 5, target: 'b', updates: [] })
    const [ping] = sent(lone.effects(), 'ping')
    const nonce = ping && 'nonce' in ping ? ping.nonce : -1
    lone.hear('b', { t: 'ack', nonce, updates: [update('b', 'alive', 1, 1)] })
    expect(sent(lone.effects(), 'pingRes')).toMatchObject([
      { to: 'a', nonce: 5, target: 'b', reached: true, updates: [update('b', 'alive', 1, 1)] },
    ])
  })
})

describe('a peer that was frozen itself', () => {
  test('takes no answer it could not hear for missing', () => {
    const lone = among('a', 'b')
    lone.connect('c')
    lone.now += 20_000
    lone.step({ type: 'wake' })
    expect(lone.roster.reachable('c')).toBe(true)
    lone.pass(5000)
    expect(lone.roster.reachable('c')).toBe(false)
  })

  test('lets a suspect have the time to deny that it missed', () => {
    const lone = among('a', 'b')
    lone.rumour('b', update('a', 'suspect', 1))
    lone.now += 60_000
    lone.step({ type: 'wake' })
    expect(lone.roster.get('a')?.state).toBe('suspect')
    lone.rumour('b', update('a', 'alive', 1, 1))
    expect(lone.roster.get('a')?.state).toBe('alive')
  })
})

test('a peer that is late every time still finds out who is gone', () => {
  const lone = among('a', 'b')
  lone.connect('c')
  for (let i = 0; i < 200 && lone.roster.get('c')?.state !== 'dead'; i++) {
    lone.now = Math.max(lone.now, lone.roster.nextWakeup()!) + 300
    lone.step({ type: 'wake' })
  }
  expect(lone.roster.get('c')?.state).toBe('dead')
})

describe('suspicion of this peer', () => {
  test('makes it trust itself less', () => {
    const lone = among('a')
    const before = lone.roster.snapshot().health
    lone.rumour('a', update('m', 'suspect', 1))
    expect(lone.roster.snapshot().health).toBe(before + 1)
  })

  test('that it denied before is not denied anew', () => {
    const lone = among('a')
    const denial = () => lone.roster.snapshot().members.find((m) => m.peer === 'm')?.denial
    lone.rumour('a', update('m', 'dead', 1, 4))
    expect(denial()).toBe(5)
    lone.rumour('a', update('m', 'suspect', 1, 2))
    expect(denial()).toBe(5)
  })
})

test('whom only this peer cannot reach, while nobody answers it at all, keeps the longest time to deny', () => {
  const lone = among('a', 'b', 'c', 'd', 'e')
  lone.step({ type: 'disconnected', peer: 'a' })
  lone.pass(20_000)
  expect(lone.roster.get('a')?.state).toBe('suspect')
  lone.pass(10_000)
  expect(lone.roster.get('a')?.state).toBe('dead')
})

test('an accusation does not confirm itself, however often it is repeated', () => {
  const table = new MemberTable('m', 100)
  const life = { state: 'alive', incarnation: 1, proof: proofOf('a', 1), denial: 0 } as const
  for (const peer of ['m', 'a', 'b', 'c', 'd', 'e']) table.admit(peer, certificateOf(peer), life, 0)
  const suspicions = new Suspicions(rosterDefaults, table)
  suspicions.open('a', 0)
  suspicions.accuse('a', 'm')
  const unconfirmed = suspicions.nextWakeup()!
  suspicions.confirm('a', ['m'])
  expect(suspicions.nextWakeup()).toBe(unconfirmed)
  suspicions.confirm('a', ['m', 'b'])
  const once = suspicions.nextWakeup()!
  expect(once).toBeLessThan(unconfirmed)
  suspicions.confirm('a', ['b'])
  expect(suspicions.nextWakeup()).toBe(once)
})
