import { afterEach, expect, test } from 'vitest'
import { closeAll, open, serve } from './fixture.ts'
import { MemoryMesh } from './memory-peer.ts'

afterEach(closeAll)

test('links say how far a peer got with each other one, and where it ended', async () => {
  const mesh = new MemoryMesh()
  const a = await serve({ self: 'PeerA', mesh })
  const b = await serve({ self: 'PeerB', mesh })
  const { client } = await open([a])
  const { members } = a.peer.snapshot() as { members: { peer: string; name: string }[] }
  const name = members.find((member) => member.peer === b.peer.self)?.name
  expect(await client.links()).toEqual([
    {
      id: 'PeerB',
      name,
      addresses: ['/ip4/127.0.0.1/tcp/2'],
      discovered: true,
      dialled: true,
      connected: true,
      way: 'relayed',
      authenticated: false,
      subscribed: false,
      receivedMbps: 940.4,
      failures: 2,
      lastError: { code: 'connection-refused', message: 'nothing listens on that port' },
    },
  ])
  expect((await client.peers()).find(({ id }) => id === 'PeerB')).toMatchObject({
    way: 'relayed',
    receivedMbps: 940.4,
    advert: { seq: 7, heardAt: '2026-11-29T00:00:00.000Z' },
  })
})
