import type { ControlOptions } from '@souk/control'
import { afterEach, expect, test } from 'vitest'
import { closeAll, open, serve, tokens } from './fixture.ts'
import { MemoryMesh, MemoryPeer } from './memory-peer.ts'

afterEach(closeAll)

/** A peer with an API, and another member that it has lost sight of unless `reachable`. */
async function two({
  reachable = false,
  control = {},
}: {
  reachable?: boolean
  control?: Partial<ControlOptions>
} = {}) {
  const mesh = new MemoryMesh()
  const a = await serve({ mesh, control })
  const b = new MemoryPeer('PeerB', mesh)
  b.reachable = reachable
  const removals = () => a.peer.inputs.filter(({ type }) => type === 'remove')
  return { a, removals, client: (await open([a])).client }
}

test('a member that is gone is removed by its name, by who may administer', async () => {
  const { a, client, removals } = await two()
  const { client: submitter } = await open([a], { token: tokens.submit })
  await expect(submitter.remove('peerb')).rejects.toMatchObject({ code: 'role-insufficient' })
  expect(removals()).toEqual([])
  expect(await client.remove('peerb')).toEqual({ peer: 'PeerB', name: 'peerb', role: 'host' })
  expect(removals()).toMatchObject([{ removal: { peer: 'PeerB' } }])
  await expect(client.remove('peerb')).rejects.toMatchObject({ code: 'peer-unknown' })
})

test('one that lives goes only where that is said, and nobody removes the peer that is asked', async () => {
  const { client, removals } = await two({ reachable: true })
  const alive = { code: 'peer-alive', message: expect.stringContaining('souk down') }
  await expect(client.remove('PeerB')).rejects.toMatchObject(alive)
  await expect(client.remove('PeerA', { alive: true })).rejects.toMatchObject({ code: 'removal-self' })
  expect(removals()).toEqual([])
  expect(await client.remove('PeerB', { alive: true })).toMatchObject({ name: 'peerb' })
})

test('what cannot be done is told with its reason', async () => {
  const noKey = Object.assign(new Error('no key here'), { code: 'not-admin' })
  const { client } = await two({ control: { remove: () => Promise.reject(noKey) } })
  await expect(client.remove('PeerB')).rejects.toMatchObject({ code: 'not-admin', message: 'no key here' })
  const full = await two({ control: { remove: async () => {} } })
  await expect(full.client.remove('PeerB')).rejects.toMatchObject({ code: 'removals-full' })
})
