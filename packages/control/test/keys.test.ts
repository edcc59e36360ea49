import type { SubmitAnswer } from '@souk/client'
import type { Submission } from '@souk/peer'
import { afterEach, expect, test } from 'vitest'
import { closeAll, type Fixture, open, request, serve } from './fixture.ts'
import { MemoryMesh } from './memory-peer.ts'

afterEach(closeAll)

const submit = async (server: Fixture, body: object) =>
  (await request(server, 'POST', '/v1/tasks', { body: JSON.stringify(body) })).body as unknown as SubmitAnswer
const submissions = ({ peer }: Fixture): Submission[] =>
  peer.inputs.flatMap((input) => (input.type === 'submit' ? input.tasks : []))
const unlucky = { code: 'key-unlucky', message: 'not all custodians that this key leads to can be reached' }
const unknown = { code: 'unknown', message: '1 of 3 custodians answered' }

test('a key that the client made up is replaced while it leads to custodians that are away', async () => {
  const server = await serve()
  server.peer.refuse = (task) => (task.choosy && submissions(server).length < 4 ? unlucky : undefined)
  const { client } = await open([server])
  expect((await client.submit({ argv: ['echo'] }).outcome).kind).toBe('succeeded')
  const asked = submissions(server)
  expect(asked).toHaveLength(4)
  expect(new Set(asked.map(({ nonce }) => nonce)).size).toBe(4)
})

test('where a key is to be replaced nothing of its request has begun, and the peer says which key is better', async () => {
  const server = await serve()
  const [mine, bad, good] = ['mine', 'bad', 'good'].map((key) => ({ argv: ['echo'], key }))
  const { nonce } = (await submit(server, { tasks: [bad] })) && submissions(server)[0]!
  server.peer.refuse = (task) => (task.choosy && task.nonce === nonce ? unlucky : undefined)
  const before = submissions(server).length
  const { results } = await submit(server, { tasks: [mine, bad, good], freshKeys: [1, 2] })
  expect(results).toMatchObject([
    { code: 'not-begun' },
    { code: 'key-unlucky', key: expect.stringMatching(/^[0-9a-z]{23}$/) },
    { code: 'not-begun' },
  ])
  expect(submissions(server)).toHaveLength(before)
  const { key } = results[1] as { key: string }
  const again = await submit(server, { tasks: [mine, { argv: ['echo'], key }, good], freshKeys: [1, 2] })
  expect(again.results).toMatchObject([
    { task: expect.any(String) },
    { task: expect.any(String) },
    { task: expect.any(String) },
  ])
})

test('the client takes the better keys that its peer names, and all tasks of the request are done', async () => {
  const server = await serve()
  const { client } = await open([server])
  const lucky = /^[0-7]/
  server.peer.refuse = (task) => (task.choosy && !lucky.test(task.nonce) ? unlucky : undefined)
  const handles = Array.from({ length: 40 }, () => client.submit({ argv: ['echo'] }))
  for (const { outcome } of handles) expect((await outcome).kind).toBe('succeeded')
  expect(submissions(server)).toHaveLength(40)
  expect(submissions(server).every(({ nonce }) => lucky.test(nonce))).toBe(true)
})

test('after many keys without luck the last one goes out as it is', async () => {
  const server = await serve()
  server.peer.refuse = (task) => (task.choosy ? unlucky : undefined)
  const { client } = await open([server])
  expect((await client.submit({ argv: ['echo'] }).outcome).kind).toBe('succeeded')
  expect(submissions(server).map(({ choosy }) => choosy === true)).toEqual([...new Array(64).fill(true), false])
})

test("a caller's own key is never replaced", async () => {
  const server = await serve()
  server.peer.refuse = () => unlucky
  const { client } = await open([server])
  await expect(client.submit({ argv: ['echo'], key: 'mine' }).id).rejects.toMatchObject({ code: 'key-unlucky' })
  expect(submissions(server)).toMatchObject([{ nonce: expect.any(String) }])
  expect(submissions(server)[0]).not.toHaveProperty('choosy')
  expect(submissions(server)[0]).not.toHaveProperty('drawable')
})

test('a submit whose custodians did not all answer is asked again with its key', async () => {
  const server = await serve()
  server.peer.refuse = () => (submissions(server).length === 1 ? unknown : undefined)
  const { client } = await open([server])
  expect((await client.submit({ argv: ['echo'] }).outcome).kind).toBe('succeeded')
  const [asked, again] = submissions(server)
  expect(again!.nonce).toBe(asked!.nonce)
  expect([asked!.choosy, again!.choosy]).toEqual([true, undefined])
})

test.each(['busy', 'no-quorum'])(
  'a submit that its peer cannot begin now (%s) is asked again, with its key',
  async (code) => {
    const server = await serve()
    const refusal = { code, message: 'nothing has happened for it' }
    server.peer.refuse = () => (submissions(server).length < 2 ? refusal : undefined)
    const { client } = await open([server])
    expect((await client.submit({ argv: ['echo'] }).outcome).kind).toBe('succeeded')
    const asked = submissions(server)
    expect(asked).toHaveLength(2)
    expect(new Set(asked.map(({ nonce }) => nonce)).size).toBe(1)
  },
)

test('a submit whose input is under way to its custodians is asked again, as long as it takes', async () => {
  const server = await serve()
  const moving = { code: 'inputs-moving', message: 'its input files are still on their way' }
  server.peer.refuse = () => (submissions(server).length < 8 ? moving : undefined)
  const { client } = await open([server])
  expect((await client.submit({ argv: ['echo'] }).outcome).kind).toBe('succeeded')
  expect(new Set(submissions(server).map(({ nonce }) => nonce)).size).toBe(1)
})

test('a submit that got no answer keeps its key at another peer', async () => {
  const mesh = new MemoryMesh()
  const [a, b] = [await serve({ self: 'PeerA', mesh }), await serve({ self: 'PeerB', mesh })]
  a.peer.mute = true
  const { client } = await open([a, b])
  const handle = client.submit({ argv: ['echo'] })
  await a.peer.asked('submit')
  await a.server.stop()
  await handle.outcome
  const [asked, again] = [submissions(a).at(-1)!, submissions(b)[0]!]
  expect(again.nonce).toBe(asked.nonce)
  expect(again.choosy).toBeUndefined()
})

test('a submit that got no answer is asked after for as long as its custodians may be away, and is not said to be nothing', async () => {
  const mesh = new MemoryMesh()
  const [a, b] = [await serve({ self: 'PeerA', mesh }), await serve({ self: 'PeerB', mesh })]
  a.peer.mute = true
  b.peer.refuse = () => ({ code: 'no-quorum', message: '1 of 1 custodians is away' })
  const { client } = await open([a, b], { custodianMsMax: 1_500 })
  const handle = client.submit({ argv: ['echo'] })
  await a.peer.asked('submit')
  await a.server.stop()
  await expect(handle.id).rejects.toMatchObject({
    code: 'submit-unknown',
    message: 'it may have been accepted before its peer fell silent: 1 of 1 custodians is away',
  })
  await expect(handle.outcome).rejects.toMatchObject({ code: 'submit-unknown' })
  const asked = submissions(b)
  expect(asked.length).toBeGreaterThan(1)
  expect(new Set([submissions(a)[0], ...asked].map((task) => task!.nonce)).size).toBe(1)
})

test('a task without any key may be drawn again by its peer', async () => {
  const server = await serve()
  await request(server, 'POST', '/v1/tasks', { body: JSON.stringify({ tasks: [{ argv: ['echo'] }] }) })
  expect(submissions(server)).toMatchObject([{ drawable: true }])
})

test('a handle tells the key under which its task was submitted, its own or the one made up last', async () => {
  const server = await serve()
  server.peer.refuse = (task) => (task.choosy && submissions(server).length < 2 ? unlucky : undefined)
  const { client } = await open([server])
  const made = client.submit({ argv: ['echo'] })
  const id = await made.id
  expect(await client.submit({ argv: ['echo'], key: made.key }).id).toBe(id)
  expect(client.submit({ argv: ['echo'], key: 'mine' }).key).toBe('mine')
})
