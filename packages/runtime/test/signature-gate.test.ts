import type { PeerInput } from '@souk/peer'
import type { Advert, Frame, MemberUpdate, Message } from '@souk/wire'
import { expect, test } from 'vitest'
import { SignatureGate } from '../src/signature-gate.ts'
import { KeyTable, type ToyCredentials } from './toy-credentials.ts'
import { ping } from './world.ts'

const load = { seq: 1, waiting: 0, freeSlots: 0, running: 0, draining: false, saidMs: 0 }
const frame = (...messages: Message[]): PeerInput => ({
  type: 'frame',
  from: 'b',
  frame: { incarnation: 1, load, messages },
})
const rumour = (...updates: MemberUpdate[]): Message => ({ t: 'ping', nonce: 1, updates })
const dead = (member: ToyCredentials, incarnation: number, proof = member.signLife(incarnation)): MemberUpdate => {
  return { peer: member.self, state: 'dead', incarnation, proof, denial: 0 }
}
const adverts = (...list: Advert[]): Message => ({ t: 'adverts', adverts: list })

function gate() {
  const keys = new KeyTable()
  const credentials = keys.member('a')
  const delivered: PeerInput[] = []
  const rejected: string[] = []
  const verified: string[] = []
  let wake = () => {}
  let now = 0
  const made = new SignatureGate({
    credentials,
    now: () => now,
    deliver: (input) => {
      delivered.push(input)
      wake()
    },
    onVerified: ({ peer }) => {
      verified.push(peer)
    },
    onRejected: (_, code) => {
      rejected.push(code)
      wake()
    },
  })
  /** Resolves when this many inputs came through or were refused. */
  const settled = async (count: number) => {
    while (delivered.length + rejected.length < count) await new Promise<void>((resolve) => (wake = resolve))
  }
  const messages = () => delivered.flatMap((i) => (i.type === 'frame' ? i.frame.messages : []))
  return {
    gate: made,
    keys,
    credentials,
    delivered,
    rejected,
    verified,
    settled,
    messages,
    pass: (ms: number) => (now += ms),
  }
}

test('a frame without adverts passes at once', () => {
  const { gate: g, delivered } = gate()
  g.offer('b', frame(ping(1)))
  expect(delivered).toEqual([frame(ping(1))])
})

test('of removals only those that the mesh has signed pass', async () => {
  const { gate: g, credentials, rejected, settled, messages } = gate()
  const good = credentials.remove('c')
  const removals = [good, { ...good, peer: 'd' }, { ...credentials.remove('e'), signature: new Uint8Array(5) }]
  g.offer('b', frame({ t: 'removed', removals }))
  g.offer('b', frame({ t: 'removed', removals: removals.slice(1) }, ping(1)))
  await settled(6)
  expect(messages()).toEqual([{ t: 'removed', removals: [good] }, ping(1)])
  expect(new Set(rejected)).toEqual(new Set(['removal-signature']))
})

test('behind a frame whose adverts are being checked everything of that peer waits, and nothing of another', async () => {
  const { gate: g, keys, delivered, settled } = gate()
  const c = keys.member('c')
  const signed = c.sign(c.advert(1))
  g.offer('b', frame(ping(1), adverts(signed)))
  g.offer('b', frame(ping(2)))
  g.offer('b', { type: 'disconnected', peer: 'b' })
  g.offer('d', { type: 'disconnected', peer: 'd' })
  expect(delivered).toEqual([{ type: 'disconnected', peer: 'd' }])
  await settled(4)
  expect(delivered.slice(1)).toEqual([
    frame(ping(1), adverts(signed)),
    frame(ping(2)),
    { type: 'disconnected', peer: 'b' },
  ])
})

test('adverts that are not signed by their peer never reach the machine; the rest of the frame does', async () => {
  const { gate: g, keys, rejected, verified, settled, messages } = gate()
  const c = keys.member('c')
  const good = c.sign(c.advert(1))
  const forged = { ...c.sign(c.advert(2)), seq: 3 }
  g.offer('b', frame(adverts(forged), ping(1), adverts(forged, good)))
  await settled(3)
  expect(messages()).toEqual([ping(1), adverts(good)])
  expect(rejected).toEqual(['advert-signature', 'advert-signature'])
  expect(verified).toEqual(['c'])
})

test('an advert seen before is not checked again, except under other content or after a while', async () => {
  const { gate: g, keys, credentials, delivered, settled, pass } = gate()
  const c = keys.member('c')
  const signed = c.sign(c.advert(1))
  g.gossip(signed)
  await settled(1)
  g.offer('b', frame(adverts(signed)))
  g.gossip(structuredClone(signed))
  expect(delivered).toHaveLength(3)
  expect(credentials.checks).toBe(1)

  g.gossip({ ...signed, seq: 2 })
  await settled(4)
  expect(delivered).toHaveLength(3)
  pass(60_000)
  g.gossip(signed)
  await settled(5)
  expect(credentials.checks).toBe(3)
})

test('a peer that floods while its adverts are checked loses frames, not its goodbye', async () => {
  const { gate: g, keys, credentials, delivered, rejected, settled, messages } = gate()
  let release = () => {}
  credentials.gate = new Promise((resolve) => (release = resolve))
  const c = keys.member('c')
  g.offer('b', frame(adverts(c.sign(c.advert(1)))))
  for (let i = 0; i < 2000; i++) g.offer('b', frame(ping(i)))
  g.offer('b', { type: 'disconnected', peer: 'b' })
  const dropped = rejected.length
  expect(dropped).toBe(2000 - 1024)
  release()
  await settled(1 + 2000 + 1)
  expect(delivered.at(-1)).toEqual({ type: 'disconnected', peer: 'b' })
  expect(messages().slice(1)).toEqual(Array.from({ length: 1024 }, (_, i) => ping(i)))
})

test('gossip that cannot be checked in time is dropped', async () => {
  const { gate: g, keys, credentials, rejected } = gate()
  credentials.gate = new Promise(() => {})
  const c = keys.member('c')
  for (let i = 0; i < 300; i++) g.gossip(c.advert(i))
  expect(rejected).toEqual(Array(300 - 256).fill('gossip-busy'))
})

test('a check that throws counts as a bad advert', async () => {
  const { gate: g, keys, credentials, rejected, settled, messages } = gate()
  credentials.checkAdvert = async () => {
    throw new Error('bad key')
  }
  const c = keys.member('c')
  g.offer('b', frame(adverts(c.advert(1)), ping(1)))
  await settled(2)
  expect(messages()).toEqual([ping(1)])
  expect(rejected).toEqual(['signature-check: bad key'])
})

test('of one frame only so many unknown adverts are checked', async () => {
  const { gate: g, keys, credentials, rejected, settled, messages } = gate()
  const list: Advert[] = []
  for (let i = 0; i < 600; i++) {
    const member = keys.member(`m${i}`)
    list.push(member.sign(member.advert(1)))
  }
  const sent: Frame['messages'] = []
  for (let i = 0; i < 600; i += 60) sent.push(adverts(...list.slice(i, i + 60)))
  g.offer('b', frame(...sent))
  await settled(1 + 2)
  expect(messages().flatMap((m) => (m.t === 'adverts' ? m.adverts : []))).toHaveLength(512)
  expect(credentials.checks).toBe(512)
  expect(new Set(rejected)).toEqual(new Set(['too-many-signatures']))
})

test('of rumours only those reach the machine whose life their member has signed; the rest of the frame does', async () => {
  const { gate: g, keys, rejected, settled, messages } = gate()
  const [c, d] = [keys.member('c'), keys.member('d')]
  const good = dead(c, 3)
  // One of another life, one that somebody else signed, one of nobody known.
  const forged = [dead(c, 4, c.signLife(3)), dead(c, 3, d.signLife(3)), { ...good, peer: 'nobody' }]
  const unproven = dead(d, 1, new Uint8Array())
  g.offer('b', frame(rumour(...forged, good, unproven), ping(2)))
  await settled(1 + 3)
  expect(messages()).toEqual([rumour(good, unproven), ping(2)])
  expect(rejected).toEqual(['life-signature', 'life-signature', 'life-signature'])
})

test('a life is checked once, whether it came by hello, advert or rumour, and whatever is said of it', async () => {
  const { gate: g, keys, credentials, delivered, settled } = gate()
  const [c, d, e] = [keys.member('c'), keys.member('d'), keys.member('e')]
  const { certificate } = c
  const hello = { certificate, incarnation: 1, proof: c.signLife(1), addresses: [] }
  g.offer('c', { type: 'connected', peer: 'c', ...hello })
  g.gossip(d.sign(d.advert(1)))
  g.offer('b', frame(rumour(dead(e, 2))))
  await settled(3)
  const { checks } = credentials
  const known = rumour(dead(c, 1), dead(d, 1), { ...dead(e, 2), state: 'left' })
  g.offer('b', frame(known))
  expect(delivered.at(-1)).toEqual(frame(known))
  expect(credentials.checks).toBe(checks)
})

test('of one frame only so many unknown lives are checked', async () => {
  const { gate: g, keys, credentials, rejected, settled, messages } = gate()
  const c = keys.member('c')
  const updates = (from: number) => Array.from({ length: 16 }, (_, i) => dead(c, from + i))
  const sent: Frame['messages'] = []
  for (let i = 0; i < 34; i++) sent.push(rumour(...updates(1 + 16 * i)))
  g.offer('b', frame(...sent))
  await settled(1 + 2)
  expect(messages().flatMap((m) => ('updates' in m ? m.updates : []))).toHaveLength(512)
  expect(credentials.checks).toBe(512)
  expect(new Set(rejected)).toEqual(new Set(['too-many-signatures']))
})
