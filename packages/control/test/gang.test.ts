import type { PeerInput } from '@souk/peer'
import { placementKey } from '@souk/wire'
import { afterEach, expect, test, vi } from 'vitest'
import { closeAll, type Fixture, open, request, serve } from './fixture.ts'

// Real sockets on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 })
afterEach(closeAll)

const submitted = ({ peer }: Fixture) =>
  peer.inputs
    .filter((input): input is PeerInput & { type: 'submit' } => input.type === 'submit')
    .flatMap(({ tasks }) => tasks)

test('a gang is so many tasks, by rank, which the same peers keep', async () => {
  const server = await serve()
  const { client } = await open([server])
  const ids = await Promise.all(client.submitGang({ argv: ['echo'] }, 4).map(({ id }) => id))
  expect(new Set(ids).size).toBe(4)
  expect(submitted(server).map(({ spec }) => [spec.gang?.rank, spec.gang?.size])).toEqual(
    [0, 1, 2, 3].map((r) => [r, 4]),
  )
  expect(new Set(submitted(server).map(({ nonce }) => nonce.slice(0, 20))).size).toBe(1)
  expect(new Set(ids.map(placementKey)).size).toBe(1)
})

test('the same key is the same gang', async () => {
  const server = await serve()
  const { client } = await open([server])
  const submit = () => Promise.all(client.submitGang({ argv: ['echo'], key: 'k' }, 2).map(({ id }) => id))
  expect(await submit()).toEqual(await submit())
})

test('where a member is refused the others are cancelled', async () => {
  const server = await serve()
  server.peer.refuse = ({ spec }) => (spec.gang?.rank === 1 ? { code: 'disk-full', message: 'no room' } : undefined)
  const { client } = await open([server])
  const handles = client.submitGang({ argv: ['hold'] }, 3)
  await expect(handles[1]!.id).rejects.toMatchObject({ code: 'disk-full' })
  expect((await handles[0]!.outcome).kind).toBe('cancelled')
  expect((await handles[2]!.outcome).kind).toBe('cancelled')
})

test('a rank or a size that cannot be is refused', async () => {
  const server = await serve()
  const post = async (gang: object) => {
    const body = JSON.stringify({ tasks: [{ argv: ['echo'], gang }] })
    return await request(server, 'POST', '/v1/tasks', { body })
  }
  expect((await post({ id: 'g', size: 2, rank: 2 })).body.results[0]).toMatchObject({
    code: 'task-invalid',
    path: '/gang/rank',
  })
  expect((await post({ id: 'g', size: 129, rank: 0 })).status).toBe(400)
  const { client } = await open([server])
  expect(() => client.submitGang({ argv: ['echo'] }, 1)).toThrow(/2 to 128 tasks can start together/)
})
