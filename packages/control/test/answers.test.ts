import type { TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { FailureBody, type Route, type RouteName, routes, SessionEvent } from '@souk/client'
import { afterEach, expect, test, vi } from 'vitest'
import { closeAll, type Fixture, open, request, serve } from './fixture.ts'
import { MemoryMesh, MemoryPeer } from './memory-peer.ts'

vi.setConfig({ testTimeout: 60_000 })
afterEach(closeAll)

const mistakes = (schema: TSchema, value: unknown) =>
  [...Value.Errors(schema, value)].map((error) => `${error.path}: ${error.message}`)

async function answerOf(server: Fixture, name: RouteName, path: string, body?: unknown) {
  const route: Route = routes[name]
  const answer = await request(server, route.method, path, body === undefined ? {} : { body: JSON.stringify(body) })
  return { status: answer.status, mistakes: mistakes(route.answer!, answer.body) }
}

test('every answer has the form that the route table says', async () => {
  const mesh = new MemoryMesh()
  const server = await serve({ mesh })
  new MemoryPeer('PeerB', mesh).reachable = false
  const { client } = await open([server])
  const { task } = await client.submit({ argv: ['echo', 'x'], labels: { zone: 'a' } }).outcome
  const held = await client.submit({ argv: ['hold'] }).id
  const session = crypto.randomUUID()
  const { body } = await request(server, 'POST', '/v1/agents', { body: '{"functions":["f"]}' })
  const fine = { status: 200, mistakes: [] }
  const cases: [RouteName, string, unknown?][] = [
    ['health', '/healthz'],
    ['who', '/v1/who'],
    ['submit', '/v1/tasks', { tasks: [{ argv: ['echo'] }, { argv: ['echo'], request: { gpu: 1.5 } }] }],
    ['tasks', '/v1/tasks'],
    ['task', `/v1/tasks/${task}`],
    ['resolve', '/v1/tasks/last/resolve'],
    ['cancel', `/v1/tasks/${held}/cancel`],
    ['watch', `/v1/sessions/${session}/watch`, { tasks: [task] }],
    ['peers', '/v1/peers'],
    ['inventory', '/v1/inventory'],
    ['status', '/v1/status'],
    ['agentResults', `/v1/agents/${body.agent}/results`, { results: [{ run: 'r', value: '1' }] }],
    ['detachAgent', `/v1/agents/${body.agent}`],
    ['invite', '/v1/invitations', {}],
    ['remove', '/v1/removals', { peer: 'PeerB' }],
    ['stop', '/v1/stop', {}],
  ]
  for (const [name, path, sent] of cases) expect(await answerOf(server, name, path, sent), name).toEqual(fine)
})

test('every refusal has the form of a failure', async () => {
  const server = await serve()
  for (const path of ['/v1/tasks/abc', '/v1/nothing', '/v1/tasks?limit=x', '/v1/tasks/ab']) {
    expect(mistakes(FailureBody, (await request(server, 'GET', path)).body), path).toEqual([])
  }
})

test("a session's stream carries events of the documented form, with ids to resume from", async () => {
  const server = await serve()
  const session = crypto.randomUUID()
  const headers = { authorization: 'Bearer token-of-an-admin' }
  const response = await fetch(`${server.url}/v1/sessions/${session}/events`, { headers })
  const body = JSON.stringify({ session, tasks: [{ argv: ['echo', 'x'] }, { argv: ['hold'] }], live: [1] })
  const { body: accepted } = await request(server, 'POST', '/v1/tasks', { body })
  const held = accepted.results[1]!.task
  server.peer.output(held, 'y')
  const seen: string[] = []
  let text = ''
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    if (text.includes('"type":"output"') && !text.includes('"type":"outputEnd"')) server.peer.close(held)
    if (text.split('"type":"outcome"').length === 3) break
  }
  for (const event of text.split('\n\n').filter((each) => each.includes('data: '))) {
    expect(event).toMatch(/^id: [0-9a-f]{12}\.[0-9]+\ndata: \[/)
    const events = JSON.parse(event.slice(event.indexOf('data: ') + 6)) as { type: string }[]
    for (const each of events) {
      expect(mistakes(SessionEvent, each)).toEqual([])
      seen.push(each.type)
    }
  }
  expect(seen[0]).toBe('hello')
  expect(seen).toEqual(expect.arrayContaining(['output', 'outputEnd', 'outcome']))
})
