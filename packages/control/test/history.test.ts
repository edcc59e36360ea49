import { afterEach, expect, test } from 'vitest'
import { closeAll, open, serve } from './fixture.ts'

afterEach(closeAll)

test('the history is what has ended, with when it began and how long it waited', async () => {
  const { client } = await open([await serve()])
  await Promise.all(['echo', 'hold'].map((command) => client.submit({ argv: [command], name: command }).id))
  const { tasks, next } = await client.history()
  expect(tasks).toMatchObject([{ name: 'echo', kind: 'succeeded', executor: 'process', waitedMs: 250, ranMs: 40 }])
  expect(next).toBeUndefined()
})

test('filters go to every peer as the mesh has them', async () => {
  const server = await serve()
  const { client } = await open([server])
  await client.history({
    name: 'night *',
    tenant: 'lab',
    peer: 'peera',
    outcomes: ['failed', 'lost', 'failed'],
    since: new Date(1_700_000_000_000),
    after: '1700000000500-000000000000000000000001',
  })
  expect(await server.peer.asked('list')).toMatchObject({
    states: ['closed'],
    everywhere: true,
    filter: {
      name: 'night *',
      tenant: 'lab',
      host: 'PeerA',
      kinds: ['failed', 'lost'],
      sinceWallMs: 1_700_000_000_000,
      after: { submittedWallMs: 1_700_000_000_500, id: '000000000000000000000001' },
    },
  })
})

test('a page that is not the last says where the next one goes on', async () => {
  const { client } = await open([await serve()])
  for (let i = 0; i < 3; i++) await client.submit({ argv: ['echo', String(i)] }).id
  const page = await client.history({ limit: 2 })
  expect(page).toMatchObject({ total: 3, next: `1700000000000-${page.tasks[1]!.id}` })
})

test('what cannot be meant is refused by name', async () => {
  const { client } = await open([await serve()])
  await expect(client.history({ outcomes: ['lost', 'stolen'] })).rejects.toMatchObject({
    code: 'request-invalid',
    message: expect.stringContaining("'stolen' is no outcome; known are succeeded, failed"),
  })
  await expect(client.history({ peer: 'nobody' })).rejects.toMatchObject({
    code: 'peer-unknown',
    message: expect.stringContaining("no peer 'nobody' is known; known are peera"),
  })
  await expect(client.history({ name: '*'.repeat(65) })).rejects.toMatchObject({ code: 'request-invalid' })
  await expect(client.history({ after: 'x' })).rejects.toMatchObject({ code: 'request-invalid' })
})
