import { fetchTransport, type Outcome, type OutputChunk } from '@souk/client'
import { afterEach, expect, test, vi } from 'vitest'
import { closeAll, open, serve, tokens } from './fixture.ts'
import { MemoryMesh } from './memory-peer.ts'

// Real sockets on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 })
afterEach(closeAll)

const text = (chunks: OutputChunk[]) => chunks.map((chunk) => new TextDecoder().decode(chunk.data)).join('')

test('a submitted task ends with its outcome', async () => {
  const { client } = await open([await serve()])
  const handle = client.submit({ argv: ['echo', 'good', 'morning'] })
  expect(await handle.id).toMatch(/^[0-9a-z]{24}$/)
  expect(await handle.outcome).toMatchObject({
    task: await handle.id,
    kind: 'succeeded',
    exitCode: 0,
    stdout: 'good morning\n',
    host: 'PeerA',
  })
})

test('a failed task is an outcome, not an error', async () => {
  const { client } = await open([await serve()])
  expect(await client.submit({ argv: ['false'] }).outcome).toMatchObject({ kind: 'failed', exitCode: 1 })
})

test('all submits of one turn travel in a few requests, a small one first', async () => {
  const { client, requests } = await open([await serve()])
  const handles = Array.from({ length: 300 }, (_, i) => client.submit({ argv: ['echo', String(i)] }))
  const outcomes = await Promise.all(handles.map((handle) => handle.outcome))
  expect(outcomes.map((outcome) => outcome.stdout)).toEqual(Array.from({ length: 300 }, (_, i) => `${i}\n`))
  // 64, 128 and the rest.
  expect(requests.filter((each) => each === 'POST /v1/tasks')).toHaveLength(3)
  expect(requests.filter((each) => each.endsWith('/events'))).toHaveLength(1)
})

test('10,000 tasks are in flight at once over a handful of requests', async () => {
  const server = await serve()
  const { client, requests } = await open([server])
  const handles = Array.from({ length: 10_000 }, () => client.submit({ argv: ['hold'] }))
  const ids = await Promise.all(handles.map((handle) => handle.id))
  expect(new Set(ids).size).toBe(10_000)
  // 64, 128, 256, 512, and then 1000 each.
  expect(requests.filter((each) => each === 'POST /v1/tasks')).toHaveLength(14)
  for (const id of ids) server.peer.close(id)
  const outcomes = await Promise.all(handles.map((handle) => handle.outcome))
  expect(outcomes.every((outcome, i) => outcome.task === ids[i] && outcome.kind === 'succeeded')).toBe(true)
  expect(requests.filter((each) => each.endsWith('/watch'))).toHaveLength(0)
})

test('the same key is the same task, for two handles and over two clients', async () => {
  const server = await serve()
  const [first, second] = [await open([server]), await open([server])]
  const task = { argv: ['echo'], key: 'order-17' }
  const handles = [first.client.submit(task), first.client.submit(task), second.client.submit(task)]
  const ids = await Promise.all(handles.map((handle) => handle.id))
  expect(new Set(ids).size).toBe(1)
  for (const handle of handles) expect((await handle.outcome).task).toBe(ids[0])
  expect(await second.client.submit({ ...task, tenant: 'other' }).id).not.toBe(ids[0])
})

test('a refusal rejects id and outcome with its code', async () => {
  const server = await serve()
  server.peer.refuse = () => ({ code: 'disk-full', message: 'no room for the record' })
  const { client } = await open([server])
  const handle = client.submit({ argv: ['echo'] })
  await expect(handle.id).rejects.toMatchObject({ name: 'SoukError', code: 'disk-full' })
  await expect(handle.outcome).rejects.toMatchObject({ code: 'disk-full', message: 'no room for the record' })
})

test('a task of the wrong form fails alone, with the path inside it', async () => {
  const { client } = await open([await serve()])
  const bad = { argv: ['echo'], colour: 'red' } as { argv: string[] }
  const handles = [
    client.submit({ argv: ['echo', 'one'] }),
    client.submit(bad),
    client.submit({ argv: ['echo', 'two'] }),
  ]
  await expect(handles[1]!.outcome).rejects.toMatchObject({ code: 'request-invalid', path: '/colour', status: 400 })
  expect((await handles[0]!.outcome).stdout).toBe('one\n')
  expect((await handles[2]!.outcome).stdout).toBe('two\n')
})

test('a task that JSON cannot say fails alone', async () => {
  const { client } = await open([await serve()])
  const handle = client.submit({ function: 'f', args: [1n] })
  await expect(handle.outcome).rejects.toMatchObject({ code: 'task-invalid' })
})

test('live output comes as it is written, in order, before the outcome', async () => {
  const server = await serve()
  const { client } = await open([server])
  const chunks: OutputChunk[] = []
  const onOutput = (chunk: OutputChunk) => {
    chunks.push(chunk)
    if (text(chunks) === 'one ') server.peer.output(chunk.task, 'two ')
    if (text(chunks) === 'one two ') server.peer.close(chunk.task)
  }
  const handle = client.submit({ argv: ['hold'] }, { onOutput })
  const id = await handle.id
  server.peer.output(id, 'one ')
  await handle.outcome
  expect(text(chunks)).toBe('one two ')
  expect(chunks.every((chunk) => chunk.task === id && chunk.stream === 'stdout')).toBe(true)
})

test('output that was skipped live comes whole and in order at the end', async () => {
  const server = await serve()
  const { client } = await open([server])
  const chunks: OutputChunk[] = []
  const onOutput = (chunk: OutputChunk) => {
    chunks.push(chunk)
    if (chunks.length > 1) return
    server.peer.output(chunk.task, 'skipped ', false)
    server.peer.output(chunk.task, 'three')
    server.peer.close(chunk.task)
  }
  const handle = client.submit({ argv: ['hold'] }, { onOutput })
  server.peer.output(await handle.id, 'one ')
  await handle.outcome
  expect(text(chunks)).toBe('one skipped three')
})

test('a large result and large output are fetched into the outcome and its output', async () => {
  const server = await serve()
  const { client } = await open([server])
  const chunks: OutputChunk[] = []
  const handle = client.submit({ argv: ['hold'] }, { onOutput: (chunk) => chunks.push(chunk) })
  const id = await handle.id
  const value = server.remoteBlobs.keep(Buffer.from(JSON.stringify({ answer: 42 })))
  const stdout = server.remoteBlobs.keep(Buffer.from('long output'))
  server.peer.closeWith(id, { stdout, value })
  const outcome = await handle.outcome
  expect(outcome.value).toEqual({ answer: 42 })
  expect(outcome.stdoutBlob).toEqual(stdout)
  expect(text(chunks)).toBe('long output')
})

test('output that is no text comes as base-64', async () => {
  const server = await serve()
  const { client } = await open([server])
  const handle = client.submit({ argv: ['hold'] })
  server.peer.closeWith(await handle.id, { stdout: new Uint8Array([0xff, 0x00, 0xfe]) })
  const outcome = await handle.outcome
  expect([outcome.stdout, outcome.stdoutBase64]).toEqual([undefined, '/wD+'])
})

test('wait gets the outcome of a task submitted elsewhere, open or ended', async () => {
  const mesh = new MemoryMesh()
  const [a, b] = [await serve({ self: 'PeerA', mesh }), await serve({ self: 'PeerB', mesh })]
  const [atA, atB] = [await open([a]), await open([b])]
  const ended = await atA.client.submit({ argv: ['echo', 'x'] }).outcome
  expect(await atB.client.wait(ended.task)).toEqual(ended)
  const id = await atA.client.submit({ argv: ['hold'] }).id
  const waited = atB.client.wait(id)
  await b.peer.asked('query')
  a.peer.close(id, 3)
  expect(await waited).toMatchObject({ task: id, kind: 'failed', exitCode: 3 })
})

test('waiting for a task that nobody knows fails', async () => {
  const { client } = await open([await serve()])
  await expect(client.wait('0'.repeat(24))).rejects.toMatchObject({ code: 'task-unknown' })
  await expect(client.wait('last')).rejects.toMatchObject({ code: 'task-unknown' })
})

test('waiting ends when the peer that keeps the task stays out of reach', async () => {
  const mesh = new MemoryMesh()
  const [a, b] = [await serve({ self: 'PeerA', mesh }), await serve({ self: 'PeerB', mesh })]
  const id = await (await open([a])).client.submit({ argv: ['hold'] }).id
  a.peer.reachable = false
  const { client } = await open([b], { custodianMsMax: 1 })
  await expect(client.wait(id)).rejects.toMatchObject({ code: 'task-unreachable' })
})

test('an aborted submit is forgotten here and goes on there', async () => {
  const server = await serve()
  const { client } = await open([server])
  const controller = new AbortController()
  const handles = Array.from({ length: 50 }, () => client.submit({ argv: ['hold'] }, { signal: controller.signal }))
  const id = await handles[0]!.id
  controller.abort()
  for (const handle of handles) await expect(handle.outcome).rejects.toMatchObject({ code: 'aborted' })
  expect((await client.task(id)).state).toBe('running')
})

test('a signal that was aborted before submits nothing', async () => {
  const server = await serve()
  const { client } = await open([server])
  const handle = client.submit({ argv: ['echo'] }, { signal: AbortSignal.abort() })
  await expect(handle.id).rejects.toMatchObject({ code: 'aborted' })
  await client.submit({ argv: ['echo'] }).outcome
  expect(server.peer.inputs.filter((input) => input.type === 'submit').flatMap((input) => input.tasks)).toHaveLength(1)
})

test('cancel tells what became of it', async () => {
  const mesh = new MemoryMesh()
  const [a, b] = [await serve({ self: 'PeerA', mesh }), await serve({ self: 'PeerB', mesh })]
  const { client } = await open([a])
  const handle = client.submit({ argv: ['hold'] })
  const id = await handle.id
  expect(await handle.cancel('enough')).toBe('cancelled')
  expect(a.peer.inputs.find((input) => input.type === 'cancel')).toMatchObject({ task: id, reason: 'enough' })
  expect((await handle.outcome).exitCode).toBe(130)
  expect(await client.cancel(id)).toBe('closed-before')
  expect(await client.cancel('0'.repeat(24))).toBe('unknown')
  const there = await (await open([b])).client.submit({ argv: ['hold'] }).id
  b.peer.reachable = false
  expect(await client.cancel(there)).toBe('unreachable')
})

test('an outcome that is here before the answer to cancel is the answer; closing the client then breaks nothing', async () => {
  const server = await serve()
  let asked = 0
  const { client } = await open([server], {
    transport: (endpoint) => {
      const usual = fetchTransport(endpoint)
      return {
        ...usual,
        request: async (...words) => {
          const response = await usual.request(...words)
          if (!words[1].endsWith('/cancel')) return response
          asked++
          return await new Promise((_, reject) => words[4].addEventListener('abort', () => reject(words[4].reason)))
        },
      }
    },
  })
  const handle = client.submit({ argv: ['hold'] })
  expect(await handle.cancel()).toBe('cancelled')
  expect((await handle.outcome).kind).toBe('cancelled')
  await client.close()
  expect(asked).toBe(1)
})

test('map keeps the order of its items and the limit on unfinished ones', async () => {
  const server = await serve()
  const { client } = await open([server])
  let unfinished = 0
  let most = 0
  const ended: number[] = []
  const outcomes = await client.map(
    Array.from({ length: 100 }, (_, i) => i),
    (item) => {
      most = Math.max(most, ++unfinished)
      return { argv: item % 10 === 0 ? ['false'] : ['echo', String(item)] }
    },
    {
      inFlightMax: 7,
      onEnd: (_, index) => {
        unfinished--
        ended.push(index)
      },
    },
  )
  expect(most).toBe(7)
  expect(ended.sort((x, y) => x - y)).toEqual(Array.from({ length: 100 }, (_, i) => i))
  expect(outcomes.map((outcome: Outcome) => outcome.stdout)).toEqual(
    Array.from({ length: 100 }, (_, i) => (i % 10 === 0 ? '' : `${i}\n`)),
  )
})

test('map rejects on the first refusal and draws no further items', async () => {
  const { client } = await open([await serve()])
  let drawn = 0
  function* items() {
    for (;;) yield drawn++
  }
  const mapped = client.map(items(), (item) => (item === 20 ? {} : { argv: ['echo'] }), { inFlightMax: 10 })
  await expect(mapped).rejects.toMatchObject({ code: 'task-invalid' })
  expect(drawn).toBeLessThan(50)
})

test('a closed client fails what it waits for and takes nothing more', async () => {
  const { client } = await open([await serve()])
  const handle = client.submit({ argv: ['hold'] })
  await handle.id
  await client.close()
  await expect(handle.outcome).rejects.toMatchObject({ code: 'closed' })
  await expect(client.submit({ argv: ['echo'] }).id).rejects.toMatchObject({ code: 'closed' })
})

test('a wrong token shows at connect', async () => {
  const server = await serve()
  await expect(open([server], { token: 'guess' })).rejects.toMatchObject({ code: 'token-wrong', status: 401 })
  await expect(open([server], { token: tokens.observe })).resolves.toBeDefined()
})
