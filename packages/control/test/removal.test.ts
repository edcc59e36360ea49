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
  return { a, mesh, removals, client: (await open([a])).client }
}

const nothing = { kept: 0, unendable: 0, ids: [], missing: [] }

test('a member that is gone is removed by its name, by who may administer', async () => {
  const { a, client, removals } = await two()
  const { client: submitter } = await open([a], { token: tokens.submit })
  await expect(submitter.remove('peerb')).rejects.toMatchObject({ code: 'role-insufficient' })
  expect(removals()).toEqual([])
  expect(await client.remove('peerb')).toEqual({ peer: 'PeerB', name: 'peerb', role: 'host', tasks: nothing })
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

test('where tasks could never end then it says which, and removes only who may lose them; they tell why they wait', async () => {
  const { a, client, mesh, removals } = await two()
  const ids: string[] = []
  for (let i = 0; i < 3; i++) ids.push(await client.submit({ argv: ['hold'] }).id)
  const [one, other, apart] = ids.map((id) => mesh.tasks.get(id)!)
  one!.custodians = ['PeerA', 'PeerB', 'PeerGone']
  other!.custodians = ['PeerA', 'PeerB', 'PeerC']
  mesh.removed.push('PeerGone')
  const refused = { code: 'tasks-unendable', message: expect.stringContaining(`1 of the 2 open tasks`) }
  await expect(client.remove('PeerB')).rejects.toMatchObject(refused)
  await expect(client.remove('PeerB')).rejects.toMatchObject({ message: expect.stringContaining(one!.id) })
  expect(removals()).toEqual([])
  expect((await client.tasks({ unendable: true })).total).toBe(0)
  const { tasks } = await client.remove('PeerB', { lose: true })
  expect(tasks).toEqual({ kept: 1, unendable: 1, ids: [one!.id], missing: [] })
  expect((await client.tasks({ unendable: true })).tasks.map(({ id }) => id)).toEqual([one!.id])
  expect((await client.task(one!.id)).unendable).toEqual({ removed: ['PeerB', 'PeerGone'] })
  // What the removed ones knew is given up by nobody's mere cancel.
  const cancels = () => a.peer.inputs.flatMap((input) => (input.type === 'cancel' ? [input.unendable] : []))
  await client.cancel(apart!.id)
  expect(await client.giveUp(one!.id, 'not needed')).toBe('cancelled')
  expect(cancels()).toEqual([undefined, true])
  expect(await client.task(other!.id)).not.toHaveProperty('unendable')
})
