import { traceFamilies } from '@souk/client'
import type { ToldTrace, TraceType } from '@souk/peer'
import { afterEach, expect, expectTypeOf, test } from 'vitest'
import { closeAll, open, request, serve, tokens } from './fixture.ts'

afterEach(closeAll)

const told: ToldTrace = {
  events: [
    { by: 'PeerA', seq: 4, wallMs: 1_700_000_000_000, text: '{"at":1,"type":"auction.asked","lot":2,"by":"Mallory"}' },
    { by: 'PeerB', seq: 0, wallMs: 1_700_000_000_001, text: 'no JSON' },
    { by: 'PeerB', seq: 1, wallMs: 1_700_000_000_002, text: '{"at":9,"type":"of.a.newer.peer"}' },
  ],
  total: 7,
  peers: [{ peer: 'PeerA', sinceWallMs: 1_600_000_000_000, atWallMs: 1_600_000_000_000 }],
  missing: ['PeerC'],
}

test('the trace of the mesh goes to whoever may observe, each event with who tells it', async () => {
  const server = await serve()
  server.peer.told = told
  const { client } = await open([server], { token: tokens.observe })
  expect(await client.trace()).toEqual({
    events: [
      { at: 1, type: 'auction.asked', lot: 2, by: 'PeerA', seq: 4, wallMs: 1_700_000_000_000 },
      { at: 9, type: 'of.a.newer.peer', by: 'PeerB', seq: 1, wallMs: 1_700_000_000_002 },
    ],
    total: 7,
    peers: [{ id: 'PeerA', since: '2020-09-13T12:26:40.000Z', at: '2020-09-13T12:26:40.000Z' }],
    missing: ['PeerC'],
  })
  expect(await server.peer.asked('readTrace')).toMatchObject({ filter: { types: [] }, limit: 200 })
})

test('an event that has something else where readers take text is left out', async () => {
  const server = await serve()
  const lies = ['task', 'peer', 'to', 'from', 'code'].flatMap((field) => [
    { type: 'task.ran', [field]: 7 },
    { type: 'task.ran', [field]: null },
    { type: 'task.ran', [field]: { toString: 1 } },
  ])
  const honest = { type: 'task.ran', task: 't', peer: 'P', to: 'P', from: 'P', code: 'ok' }
  const events = [...lies, honest].map((event, seq) => ({ by: 'PeerA', seq, wallMs: 1, text: JSON.stringify(event) }))
  server.peer.told = { ...told, events }
  const { client } = await open([server])
  expect((await client.trace()).events).toEqual([{ ...honest, by: 'PeerA', seq: lies.length, wallMs: 1 }])
})

test('filters go to every peer as the mesh has them', async () => {
  const server = await serve()
  server.peer.told = told
  const { client } = await open([server])
  await client.trace({
    kinds: ['task', 'auction.closed', 'task'],
    task: 'abc',
    peer: 'peera',
    since: new Date(1_700_000_000_000),
    until: new Date(1_700_000_000_500),
    sinces: { PeerB: new Date(1_600_000_000_000), PeerC: new Date(5) },
    limit: 1_024,
  })
  expect(await server.peer.asked('readTrace')).toMatchObject({
    filter: {
      types: ['task', 'auction.closed'],
      task: 'abc',
      peer: 'PeerA',
      sinceWallMs: 1_700_000_000_000,
      untilWallMs: 1_700_000_000_500,
    },
    sinces: new Map([
      ['PeerB', 1_600_000_000_000],
      ['PeerC', 5],
    ]),
    limit: 1_024,
  })
})

test('what cannot be meant is refused by name', async () => {
  const server = await serve()
  const failureOf = async (query: string) => (await request(server, 'GET', `/v1/trace?${query}`)).body
  expect(await failureOf('kind=tasks')).toMatchObject({
    code: 'request-invalid',
    message: expect.stringContaining("'tasks' is no kind of event; known are task, auction"),
  })
  expect(await failureOf('peer=nobody')).toMatchObject({ code: 'peer-unknown' })
  expect(await failureOf('since=yesterday')).toMatchObject({ code: 'request-invalid' })
  expect(await failureOf('until=2026-13-24T08:00:00Z')).toMatchObject({
    message: expect.stringContaining('is no time; needed is one such as'),
  })
  expect(await failureOf('since=2026-11-24T08:00:00Z&until=2026-11-23T08:00:00Z')).toMatchObject({
    message: "since '2026-11-24T08:00:00Z' is after until '2026-11-23T08:00:00Z'",
  })
  expect(await failureOf('task=x')).toMatchObject({ code: 'request-invalid' })
  expect(await failureOf('limit=5000')).toMatchObject({
    code: 'request-invalid',
    message: expect.stringContaining('at most 1024 events'),
  })
  expect(await failureOf('limit=0')).toMatchObject({ code: 'request-invalid' })
})

test('every kind of event that there is can be asked for', async () => {
  type Family = TraceType extends infer T ? (T extends `${infer F}.${string}` ? F : never) : never
  expectTypeOf<(typeof traceFamilies)[number]>().toEqualTypeOf<Family>()
  const server = await serve()
  server.peer.told = told
  const { client } = await open([server])
  await client.trace({ kinds: traceFamilies })
  expect(await server.peer.asked('readTrace')).toMatchObject({ filter: { types: traceFamilies } })
})

test('a peer that reads for many already says so', async () => {
  const server = await serve()
  const { client } = await open([server])
  await expect(client.trace()).rejects.toMatchObject({ code: 'traces-full', status: 429 })
})
