import { emptyVector } from '@souk/kernel'
import type { Advert } from '@souk/wire'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connect, type Member, TestMesh } from './nodes.ts'

let mesh: TestMesh
let seq = 0
beforeEach(async () => {
  mesh = await TestMesh.create()
  seq = 0
})
afterEach(async () => {
  await mesh.close()
})

function advertOf(member: Member, overrides: Partial<Advert> = {}): Advert {
  return {
    peer: member.identity.peer,
    incarnation: 1,
    proof: member.credentials.signLife(overrides.incarnation ?? 1),
    seq: ++seq,
    addresses: [member.address],
    offer: {
      capacity: emptyVector(),
      labels: {},
      executors: ['process'],
      functions: [],
      draining: false,
      custody: true,
      priceMilli: 0,
      summary: 'a test',
    },
    certificate: member.credentials.certificate,
    signature: new Uint8Array(),
    ...overrides,
  }
}

/** Publishes until `done`: gossip is lossy until the topic's mesh has grafted, and authors are rate limited. */
async function publishUntil(member: Member, done: Promise<unknown>, overrides: Partial<Advert> = {}, sign = true) {
  let finished = false
  const stop = done.then(() => {
    finished = true
  })
  while (!finished) {
    const advert = advertOf(member, overrides)
    member.transport.publish(sign ? member.credentials.sign(advert) : advert)
    await Promise.race([stop, new Promise((resolve) => setTimeout(resolve, 100))])
  }
}

test('an advert reaches every peer, those not linked with its author included', async () => {
  const a = await mesh.start()
  const b = await mesh.start()
  const c = await mesh.start()
  await connect(a, b)
  await connect(b, c)
  const heard = Promise.all([b, c].map(({ ear }) => ear.hears('gossip', (t) => t.advert.peer === a.identity.peer)))
  await publishUntil(a, heard)
  // and by its addresses the two find each other
  await c.ear.hears('connected', (t) => t.peer === a.identity.peer)
})

test('an unsigned advert is rejected and not delivered', async () => {
  const a = await mesh.start()
  const b = await mesh.start()
  await connect(a, b)
  await publishUntil(
    a,
    b.ear.hears('rejected', (t) => t.code === 'advert-signature'),
    {},
    false,
  )
  expect(b.ear.of('gossip')).toEqual([])
})

test('an advert in another name is rejected', async () => {
  const a = await mesh.start()
  const b = await mesh.start()
  await connect(a, b)
  const stolen = { peer: '12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8' }
  await publishUntil(
    a,
    b.ear.hears('rejected', (t) => t.code === 'certificate-other-peer'),
    stolen,
  )
  expect(b.ear.of('gossip')).toEqual([])
})

test('an author that talks too much is cut short, and goes on once time has passed', async () => {
  let clockMs = 0
  const a = await mesh.start()
  const b = await mesh.start({ now: () => clockMs })
  await connect(a, b)
  await publishUntil(a, b.ear.hears('gossip'))
  for (let i = 0; i < 50; i++) a.transport.publish(a.credentials.sign(advertOf(a)))
  // judged after the burst, whatever became of that
  a.transport.publish(advertOf(a))
  await b.ear.hears('rejected', (t) => t.code === 'advert-signature')
  expect(b.ear.of('gossip').length).toBeLessThanOrEqual(4)
  const lastOfBurst = seq
  clockMs += 60_000
  await publishUntil(
    a,
    b.ear.hears('gossip', (t) => t.advert.seq > lastOfBurst),
  )
  const seqs = b.ear.of('gossip').map((t) => t.advert.seq)
  expect(seqs).toEqual([...seqs].sort((x, y) => x - y))
})
