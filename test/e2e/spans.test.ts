import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { souk, TestMesh, type TestPeer, until } from './harness.ts'

interface Span {
  name: string
  traceId: string
  spanId: string
  parentSpanId?: string
  /** whose it is */
  peer: string
  /** 2: an error */
  status?: { code?: number; message?: string }
}

/** What a collector has been sent. */
const spans: Span[] = []
const collector = createServer(async (request: IncomingMessage, response) => {
  let text = ''
  for await (const piece of request) text += piece
  for (const { resource, scopeSpans } of JSON.parse(text).resourceSpans) {
    const named = resource.attributes.find(({ key }: { key: string }) => key === 'souk.peer')
    const peer = named.value.stringValue as string
    for (const { spans: some } of scopeSpans) spans.push(...some.map((span: Span) => ({ ...span, peer })))
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
})

const mesh = new TestMesh()
let front: TestPeer

/** One that only asks, and one that runs: both send their spans to the same collector, told in both ways. */
beforeAll(async () => {
  collector.listen(0, '127.0.0.1')
  await once(collector, 'listening')
  const url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
  front = await mesh.add('front', ['--offer', 'cpu=0,slots=0', '--otel', url])
  await mesh.add('host', ['--offer', 'cpu=2,slots=2', '--otel', url])
  await mesh.met()
})
afterAll(async () => {
  await mesh.close()
  collector.close()
})

const of = (traceId: string) => spans.filter((span) => span.traceId === traceId)

test('a task is one trace over its peers, within that of whoever submitted it, and its run goes on with it', async () => {
  const [traceId, caller] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7']
  const env = { TRACEPARENT: `00-${traceId}-${caller}-01` }
  const words = ['run', '--data', front.data, '--', 'sh', '-c', 'printf %s "$TRACEPARENT"']
  const { out } = await souk(words, { env })
  const names = ['task', 'submit', 'award', 'queue', 'run', 'commit']
  await until('all of it was collected', () => names.every((name) => of(traceId).some((span) => span.name === name)))
  const by = Object.fromEntries(of(traceId).map((span) => [span.name, span]))
  const whole = by.task!
  // Told by whoever keeps it.
  expect(whole.parentSpanId).toBe(caller)
  expect(by.submit).toMatchObject({ peer: 'front', parentSpanId: whole.spanId })
  for (const name of ['queue', 'run', 'commit'])
    expect(by[name]).toMatchObject({ peer: 'host', parentSpanId: whole.spanId })
  expect(out).toBe(`00-${traceId}-${by.run!.spanId}-01`)
})

test('one that came without is a trace of its own, and learns of none', async () => {
  const before = spans.length
  const { out } = await souk(['run', '--data', front.data, '--', 'sh', '-c', 'echo "[$TRACEPARENT]"'])
  expect(out.trim()).toBe('[]')
  await until('it was collected', () => spans.slice(before).some(({ name }) => name === 'task'))
  const whole = spans.slice(before).find(({ name }) => name === 'task')!
  expect(whole.parentSpanId ?? '').toBe('')
  await until('from both', () => new Set(of(whole.traceId).map(({ peer }) => peer)).size === 2)
})

test('what a host that was killed had begun is told by whoever takes the task up', async () => {
  const url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
  await mesh.add('spare', ['--offer', 'cpu=2,slots=2', '--otel', url])
  await mesh.met()
  const before = spans.length
  const { out } = await souk(['submit', '--data', front.data, '--', 'sleep', '600'])
  const task = out.trim()
  const told = async () => JSON.parse((await souk(['status', task, '--json', '--data', front.data])).out)
  await until('it runs', async () => (await told()).state === 'running')
  const { bearer } = (await told()) as { bearer: string }
  const killed = mesh.peers.find(({ peer }) => peer === bearer)!
  process.kill(killed.pid, 'SIGKILL')
  const lost = () => spans.slice(before).filter(({ name, status }) => name === 'run' && status?.message === 'vanished')
  await until('somebody told of its run', () => lost().length > 0)
  const [run] = lost()
  expect(run).toMatchObject({ status: { code: 2 } })
  expect(run!.peer).not.toBe(killed.name)
  const { traceId } = run!
  await until('and took it up', () => of(traceId).some(({ name }) => name === 'recover'))
  expect((await souk(['cancel', task, '--data', front.data])).code).toBe(0)
  expect(lost().length).toBe(1)
})

test('what cannot be a collector is refused by name', async () => {
  const refused = await souk(['up', '--data', `${mesh.root}/none`, '--otel', 'collector'])
  expect(refused).toMatchObject({ code: 64, err: expect.stringContaining("--otel: 'collector' is no address") })
})
