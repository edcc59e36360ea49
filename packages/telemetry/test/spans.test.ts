import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TraceEvent } from '@souk/peer'
import { type TaskSpan, TaskSpans, traceSpans } from '@souk/telemetry'
import { spanIdOf, traceContextOf } from '@souk/wire'
import { afterEach, expect, test, vi } from 'vitest'

const task = '0123456789abcdefghjkmnpq'
const ballot = (counter: number) => ({ counter, peer: 'P1', incarnation: 1 })
const own = traceContextOf(task, undefined)
const caller = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' }
const traceparent = `00-${caller.traceId}-${caller.spanId}-01`
const decision = { how: 'auction', candidates: 5, asked: 3, bidsTotal: 2, decisionMs: 8, auctionMs: 5, reason: 'best' }

/** What the events of one peer make. */
function spansOf(events: object[], share = 1): TaskSpan[] {
  const told: TaskSpan[] = []
  const spans = new TaskSpans({ wallOf: (at) => 1_000 + at, emit: (span) => told.push(span), share })
  for (const event of events) spans.listener({ task, ballot: ballot(1), ...event } as unknown as TraceEvent)
  return told
}

const asOrigin = (more = {}) => [
  { at: 0, type: 'task.submitted', class: 'process/sh', ...more },
  { at: 10, type: 'task.awarded', to: 'P2', decision },
  { at: 12, type: 'task.accepted' },
  { at: 90, type: 'task.closed', kind: 'succeeded', code: 'ok', whole: { class: 'process/sh', tookMs: 90, ...more } },
]
const asHost = (more = {}) => [
  { at: 11, type: 'task.received', from: 'P1', ...more },
  { at: 11, type: 'task.queued' },
  { at: 20, type: 'task.started', attempt: 2 },
  { at: 80, type: 'task.ran', end: 'ok', runMs: 60 },
  { at: 85, type: 'task.chosen' },
]
const shown = (spans: TaskSpan[]) => spans.map(({ name, startMs, endMs }) => [name, startMs - 1_000, endMs - 1_000])

test('each peer tells the steps that it took, and all are of one trace', () => {
  const [origin, host] = [spansOf(asOrigin()), spansOf(asHost())]
  expect(shown(origin)).toEqual([
    ['award', 2, 10],
    ['auction', 5, 10],
    ['submit', 0, 12],
    ['task', 0, 90],
  ])
  expect(shown(host)).toEqual([
    ['queue', 11, 20],
    ['run', 20, 80],
    ['commit', 80, 85],
  ])
  const all = [...origin, ...host]
  expect(new Set(all.map(({ traceId }) => traceId))).toEqual(new Set([own.traceId]))
  expect(new Set(all.map(({ spanId }) => spanId)).size).toBe(all.length)
  const whole = spanIdOf(task, 'task')
  const parents = Object.fromEntries(all.map(({ name, parentId }) => [name, parentId]))
  expect(parents).toEqual({
    ...{ submit: whole, award: whole, queue: whole, run: whole, commit: whole },
    ...{ auction: spanIdOf(task, 'award', ballot(1)), task: undefined },
  })
  expect(all.every(({ failure }) => failure === undefined)).toBe(true)
})

test('a task that came with a context is part of its trace, as its sender wants it', () => {
  const all = [...spansOf(asOrigin({ traceparent }), 0), ...spansOf(asHost({ traceparent }), 0)]
  expect(new Set(all.map(({ traceId }) => traceId))).toEqual(new Set([caller.traceId]))
  expect(all.find(({ name }) => name === 'task')?.parentId).toBe(caller.spanId)
  const unwanted = traceparent.replace(/01$/, '00')
  expect(spansOf([...asOrigin({ traceparent: unwanted }), ...asHost({ traceparent: unwanted })])).toEqual([])
})

test('of other traces every peer draws the same share', () => {
  expect(spansOf(asOrigin(), 0)).toEqual([])
  const drawn = (share: number) =>
    Array.from({ length: 400 }, (_, i) => ({ at: 0, type: 'task.recovered', code: 'x', task: `task${i}` })).filter(
      (event) => spansOf([event], share).length > 0,
    ).length
  expect(drawn(0.25)).toBeGreaterThan(60)
  expect(drawn(0.25)).toBeLessThan(140)
})

test('what failed, was given up, or is told by another peer', () => {
  const failed = spansOf([...asHost().slice(0, 3), { at: 30, type: 'task.ran', end: 'exit', runMs: 10 }])
  expect(failed.at(-1)).toMatchObject({ name: 'run', failure: 'exit', attributes: { 'souk.attempt': 2 } })
  const givenUp = spansOf([...asHost().slice(0, 4), { at: 83, type: 'task.givenUp', code: 'fenced' }])
  expect(givenUp.at(-1)).toMatchObject({ name: 'commit', failure: 'fenced' })
  expect(spansOf([{ at: 9, type: 'task.closed', kind: 'succeeded', code: 'ok' }])).toEqual([])
  const recovered = spansOf([{ at: 5, type: 'task.recovered', code: 'lease', traceparent }])
  expect(recovered).toMatchObject([{ name: 'recover', traceId: caller.traceId, attributes: { 'souk.code': 'lease' } }])
})

test('what a host did not live to tell is told by whoever takes the task up, as the same step', () => {
  const lost = { type: 'task.runLost', at: 300, peer: 'P2', attempt: 1, traceparent }
  const running = spansOf([{ ...lost, state: 'running', forMs: 250 }])
  expect(shown(running)).toEqual([['run', 50, 300]])
  expect(running).toMatchObject([
    {
      ...{ traceId: caller.traceId, spanId: spanIdOf(task, 'run', ballot(1)), parentId: spanIdOf(task, 'task') },
      failure: 'vanished',
      attributes: { 'souk.host': 'P2', 'souk.end': 'vanished', 'souk.attempt': 1 },
    },
  ])
  // Nobody knows for how long it had waited there.
  expect(shown(spansOf([{ ...lost, state: 'queued' }]))).toEqual([['queue', 300, 300]])
})

const opened: Server[] = []
afterEach(() => {
  for (const server of opened.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

interface Sent {
  resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue?: string } }[] }
    scopeSpans: { spans: Record<string, unknown>[] }[]
  }[]
}

/** A collector that takes what comes, and answers so, or never. */
async function collector(status?: number): Promise<{ url: string; sent: Sent[] }> {
  const sent: Sent[] = []
  const server = createServer(async (request: IncomingMessage, response) => {
    let text = ''
    for await (const piece of request) text += piece
    sent.push(JSON.parse(text))
    if (status !== undefined) response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
  })
  opened.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`, sent }
}

const peer = { peer: 'P1', name: 'oak', mesh: 'lab', version: '1.2.3', share: 1 }

test('spans reach a collector over OTLP, with whose they are', async () => {
  const { url, sent } = await collector(200)
  const warned: string[] = []
  const tracing = await traceSpans({ ...peer, url, warn: (message) => warned.push(message) })
  const now = performance.now()
  for (const event of [...asOrigin(), ...asHost()])
    tracing.listener({ task, ballot: ballot(1), ...event, at: now + event.at } as unknown as TraceEvent)
  await tracing.close()
  const [{ resource, scopeSpans }] = sent[0]!.resourceSpans as [Sent['resourceSpans'][number]]
  const about = Object.fromEntries(resource.attributes.map(({ key, value }) => [key, value.stringValue]))
  expect(about).toMatchObject({ 'service.name': 'souk', 'service.instance.id': 'P1', 'souk.peer': 'oak' })
  const { spans } = scopeSpans[0]!
  expect(spans.map(({ name }) => name)).toEqual(['award', 'auction', 'submit', 'task', 'queue', 'run', 'commit'])
  const run = spans.find(({ name }) => name === 'run')
  expect(run).toMatchObject({ traceId: own.traceId, parentSpanId: spanIdOf(task, 'task') })
  const took = BigInt(run!.endTimeUnixNano as string) - BigInt(run!.startTimeUnixNano as string)
  expect(Number(took) / 1e6).toBeCloseTo(60, 0)
  expect(spans.find(({ name }) => name === 'task')?.parentSpanId ?? '').toBe('')
  expect(warned).toEqual([])
})

const recovered = { task, ballot: ballot(1), at: 1, type: 'task.recovered', code: 'x' } as unknown as TraceEvent
const trouble = (url: string, why: string) =>
  `spans cannot be sent to ${url}: ${why}; tasks are not affected; is the collector up? (--otel)`

test('a collector that refuses is said in words, without what its address keeps secret', async () => {
  const { url } = await collector(400)
  const warned: string[] = []
  const secret = `${url}?token=secret`
  const tracing = await traceSpans({ ...peer, url: secret, warn: (message) => warned.push(message) })
  tracing.listener(recovered)
  // While the peer runs the library tells it as JSON with a stack.
  await vi.waitUntil(() => warned.length > 0, { timeout: 20_000 })
  expect(warned).toEqual([trouble(url, 'Bad Request')])
  await tracing.close()
})

test('a collector that refuses the last spans is said, and nothing waits for it for ever', async () => {
  const { url } = await collector(400)
  const warned: string[] = []
  const tracing = await traceSpans({ ...peer, url, warn: (message) => warned.push(message) })
  tracing.listener(recovered)
  await tracing.close()
  expect(warned).toEqual([trouble(url, 'Bad Request')])
})

test('a collector that takes spans and never answers is not waited for longer than asked', async () => {
  const { url, sent } = await collector()
  const warned: string[] = []
  const tracing = await traceSpans({ ...peer, url, warn: (message) => warned.push(message) })
  tracing.listener(recovered)
  const enough = new AbortController()
  const closed = tracing.close(enough.signal)
  await vi.waitUntil(() => sent.length > 0, { timeout: 20_000 })
  enough.abort()
  await closed
  expect(warned).toEqual([trouble(url, 'no answer before the peer had to end')])
})
