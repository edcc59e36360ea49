import { createHash } from 'node:crypto'
import type { Frame, Message } from '@souk/wire'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createIdentity, createMesh } from '../src/index.ts'
import { codeOf, connect, forever, numbered, numberOf, TestMesh } from './nodes.ts'

let mesh: TestMesh
beforeEach(async () => {
  mesh = await TestMesh.create()
})
afterEach(async () => {
  await mesh.close()
})

test('two peers exchange frames both ways, in order', async () => {
  const a = await mesh.start()
  const b = await mesh.start()
  await connect(a, b)
  const count = 2000
  for (let i = 0; i < count; i++) {
    expect(a.transport.send(b.transport.self, numbered(i))).toBe(true)
    expect(b.transport.send(a.transport.self, numbered(i))).toBe(true)
  }
  await Promise.all([a, b].map(({ ear }) => ear.hears('frame', (t) => numberOf(t.frame) === count - 1)))
  for (const { ear } of [a, b]) {
    expect(ear.of('frame').map((t) => numberOf(t.frame))).toEqual(Array.from({ length: count }, (_, i) => i))
  }
})

test('peers that dial each other at the same time end with one link that works', async () => {
  const a = await mesh.start()
  const b = await mesh.start()
  await Promise.all([a.transport.dial([b.address], forever), b.transport.dial([a.address], forever)])
  await Promise.all([a.ear.hears('connected'), b.ear.hears('connected')])
  a.transport.send(b.transport.self, numbered(7))
  b.transport.send(a.transport.self, numbered(8))
  expect(numberOf((await b.ear.hears('frame')).frame)).toBe(7)
  expect(numberOf((await a.ear.hears('frame')).frame)).toBe(8)
  expect(a.ear.of('connected').length - a.ear.of('disconnected').length).toBe(1)
})

test('a peer learns addresses and links up by itself', async () => {
  const a = await mesh.start()
  const b = await mesh.start()
  const c = await mesh.start()
  a.transport.learn(b.transport.self, [b.address])
  c.transport.learn(b.transport.self, [b.address])
  await b.ear.hears('connected', (t) => t.peer === a.transport.self)
  await b.ear.hears('connected', (t) => t.peer === c.transport.self)
})

test('a full queue is refused, and everything that was accepted arrives in order', async () => {
  const a = await mesh.start({ tuning: { sendQueueBytesMax: 1024 * 1024 } })
  const b = await mesh.start()
  await connect(a, b)
  // the receiver gets no turn while this loop runs: it reads nothing
  let accepted = 0
  while (accepted < 1_000_000 && a.transport.send(b.transport.self, numbered(accepted))) accepted++
  expect(accepted).toBeGreaterThan(1000)
  expect(accepted).toBeLessThan(1_000_000)
  await b.ear.hears('frame', (t) => numberOf(t.frame) === accepted - 1)
  expect(b.ear.of('frame').map((t) => numberOf(t.frame))).toEqual(Array.from({ length: accepted }, (_, i) => i))
  expect(a.transport.send(b.transport.self, numbered(0))).toBe(true)
})

test('sending to a stranger or to oneself is refused', async () => {
  const a = await mesh.start()
  expect(a.transport.send('12D3KooWNobody', numbered(0))).toBe(false)
  expect(a.transport.send(a.transport.self, numbered(0))).toBe(false)
  expect(await codeOf(a.transport.dial([a.address], forever))).toBe('cannot-reach')
})

test('a peer with another network key is refused, and the error says so', async () => {
  const a = await mesh.start()
  const other = await TestMesh.create('other')
  const stranger = await other.start({ tuning: { dialMsMax: 1000 } })
  expect(await codeOf(stranger.transport.dial([a.address], forever))).toBe('wrong-network-key')
  expect(a.ear.of('connected')).toEqual([])
  await other.close()
})

test('a certificate of another mesh key is refused on both sides with its code', async () => {
  const a = await mesh.start()
  const impostor = await createMesh('impostor')
  const id = await createIdentity()
  const b = await mesh.start({ identity: id, certificate: await mesh.certify(id, { signedBy: impostor }) })
  expect(await codeOf(b.transport.dial([a.address], forever))).toBe('certificate-other-mesh')
  await a.ear.hears('rejected', (t) => t.peer === id.peer && t.code === 'certificate-other-mesh')
  expect(a.ear.of('connected')).toEqual([])
  expect(b.ear.of('connected')).toEqual([])
})

test('a dial that fails names every address and what failed there', async () => {
  const a = await mesh.start()
  const dial = a.transport.dial(['/ip4/127.0.0.1/tcp/1', 'nonsense', '/dns4/host.invalid/tcp/1'], forever)
  const error = await dial.catch((e: Error) => e)
  expect(error).toMatchObject({ code: 'cannot-reach' })
  expect(String(error)).toMatch(/tcp\/1: nothing listens.*nonsense: not an address.*host\.invalid.*does not resolve/)
})

test('a peer that stops and starts again with the same identity is linked again as its new incarnation', async () => {
  const a = await mesh.start()
  const b = await mesh.start()
  await connect(a, b)
  await b.transport.stop()
  await a.ear.hears('disconnected', (t) => t.peer === b.transport.self)
  const again = await mesh.start({ identity: b.identity, incarnation: 2, listen: [b.address.replace(/\/p2p\/.*/, '')] })
  await a.ear.hears('connected', (t) => t.peer === b.transport.self && t.incarnation === 2)
  expect(a.transport.send(b.transport.self, numbered(3))).toBe(true)
  expect(numberOf((await again.ear.hears('frame')).frame)).toBe(3)
})

test('the report shows how far each peer got', async () => {
  const a = await mesh.start()
  const b = await mesh.start()
  await connect(a, b)
  a.transport.learn('12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8', ['/ip4/127.0.0.1/tcp/1'])
  const line = a.transport.report().find((r) => r.peer === b.transport.self)
  expect(line).toMatchObject({ connected: true, way: 'direct', streamOpen: true, certificateOk: true, failures: 0 })
  const lost = a.transport.report().find((r) => r.peer !== b.transport.self)
  expect(lost).toMatchObject({ connected: false, way: undefined, streamOpen: false, certificateOk: false })
})

test('a listen address in use is told in words', async () => {
  const a = await mesh.start()
  expect(await codeOf(mesh.start({ listen: [a.address.replace(/\/p2p\/.*/, '')] }))).toBe('cannot-listen')
})

test('frames near their limit, over several links at once, arrive whole', async () => {
  const a = await mesh.start()
  const others = await Promise.all([mesh.start(), mesh.start(), mesh.start()])
  for (const other of others) await connect(a, other)
  const frames = Array.from({ length: 12 }, (_, round) => heavy(round))
  for (const [round, frame] of frames.entries()) {
    for (const other of others) expect(a.transport.send(other.transport.self, frame)).toBe(true)
    await Promise.all(others.map(({ ear }) => ear.hears('frame', ({ frame }) => roundOf(frame) === round)))
  }
  for (const { ear } of others) {
    expect(ear.of('frame').map(({ frame }) => digested(frame))).toEqual(frames.map(digested))
  }
})

/** A frame of almost a megabyte that no two rounds share. */
function heavy(round: number): Frame {
  const data = (i: number) =>
    Buffer.alloc(
      60_000,
      Uint8Array.from({ length: 256 }, (_, at) => at * 31 + i * 7 + round),
    )
  const messages = Array.from({ length: 15 }, (_, i): Message => {
    const rest = { ask: round, task: '0'.repeat(24), stream: 'stdout', offset: i, end: false } as const
    return { t: 'output', ...rest, data: data(i) }
  })
  return { ...numbered(0), messages }
}

/** With the hash of its data instead of the data: to compare millions of bytes one by one takes longer than to send them. */
function digested(frame: Frame): object {
  const hash = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')
  const messages = frame.messages.map((each) => (each.t === 'output' ? { ...each, data: hash(each.data) } : each))
  return { ...frame, messages }
}

function roundOf({ messages: [first] }: Frame): number {
  return first?.t === 'output' ? first.ask : -1
}
