import type { PeerEffect } from '@souk/peer'
import { expect, test } from 'vitest'
import { ToyPeer } from './toy-peer.ts'
import { ping, send, start, turn, World } from './world.ts'

const removalOf = (peer: string) => ({ peer, wallMs: 1, signature: new Uint8Array() })

/** Carries this out with its next input. */
const doing = (...effects: PeerEffect[]) => new ToyPeer({ lag: (_, out) => out.push(...effects) })

test('who is removed hears what was on its way, under load too, then its link is closed and nothing of it is taken any more', async () => {
  const world = new World()
  const peer = new ToyPeer({
    drain: (_, out) => out.push(send('b', ping(1))),
    lag: (_, out) => out.push(send('b', ping(2)), { type: 'expel', removal: removalOf('b') }),
  })
  const a = await world.started('a', peer)
  const b = await world.started('b')
  await a.transport.dial(['/memory/p2p/b'])
  // So many frames in a row that the next would wait for its turn.
  for (let i = 0; i < 6; i++) {
    a.driver.input({ type: 'drain', on: true })
    await turn()
  }
  a.driver.input({ type: 'lag', lagMs: 0 })
  await turn()
  const heard = b.peer.all('frame').flatMap(({ frame }) => frame.messages)
  expect(heard.at(-1)).toEqual(ping(2))
  expect(a.peer.heard.at(-1)).toEqual({ type: 'disconnected', peer: 'b' })
  expect([...a.credentials.revoked.keys()]).toEqual(['b'])
  await expect(b.transport.dial(['/memory/p2p/a'])).rejects.toMatchObject({ code: 'certificate-revoked' })
})

test('a peer that is removed itself ends once that is on its disk', async () => {
  const world = new World()
  const write = { key: 'removed/a', value: { peer: 'a' } }
  const peer = doing({ type: 'persist', seq: 1, writes: [write] }, { type: 'expel', removal: removalOf('a') })
  const { driver, records, logged } = await world.started('a', peer)
  driver.input({ type: 'lag', lagMs: 0 })
  await expect(driver.failed).rejects.toMatchObject({ code: 'removed' })
  expect(records.get(write.key)).toEqual(write.value)
  expect(logged).toEqual(['error: this peer stops'])
  const again = world.host('a', new ToyPeer())
  await again.records.write([write])
  await expect(start(again)).rejects.toMatchObject({ code: 'removed' })
})

test('a removal that comes with a refused link counts where the mesh has signed it', async () => {
  const { peer, transport, credentials } = await new World().started('a')
  const good = credentials.remove('a')
  transport.events!.removed('b', { ...good, peer: 'c' })
  transport.events!.removed('b', good)
  expect(await peer.next('remove')).toEqual({ type: 'remove', removal: good })
  expect(peer.all('remove')).toHaveLength(1)
})
