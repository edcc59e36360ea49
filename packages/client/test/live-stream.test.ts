import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { HttpResponse } from '../src/http-transport.ts'
import { followStream } from '../src/live-stream.ts'
import { EndpointPool } from '../src/pool.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const patience = { connectMsMax: 3000, reconnectMsMax: 30_000 }

/** One endpoint whose n-th request is answered by the n-th of these; the last one answers all others. */
function poolOf(...answers: ((signal: AbortSignal) => Promise<HttpResponse>)[]): EndpointPool {
  let asked = 0
  const request = (_: string, __: string, ___: object, ____: unknown, signal: AbortSignal) =>
    answers[Math.min(asked++, answers.length - 1)]!(signal)
  return new EndpointPool([{ url: 'http://peer', token: 't' }], () => ({ request, close: async () => {} }), patience)
}

const refused = () => Promise.reject(new Error('connection refused'))

/** A stream that gives these bytes, then nothing until it is aborted. */
const stream = (text: string) => (signal: AbortSignal) => {
  async function* body() {
    yield new TextEncoder().encode(text)
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  }
  return Promise.resolve({ status: 200, headers: {}, body: body() })
}

function follow(pool: EndpointPool): { events: unknown[]; ended: Promise<unknown>; stop: AbortController } {
  const stop = new AbortController()
  const events: unknown[] = []
  const ended = followStream({
    pool,
    path: '/events',
    signal: stop.signal,
    onEvents: (some) => void events.push(...some),
  }).catch((error: { code: string }) => error.code)
  return { events, ended, stop }
}

test('a stream whose only peer is gone for good ends once the patience of the pool does', async () => {
  const { events, ended } = follow(poolOf(stream('data: [1]\n\n'), refused))
  // Silent for three heartbeats, then looked for during half a minute.
  await vi.advanceTimersByTimeAsync(60_000)
  expect(await ended).toBe('unreachable')
  expect(events).toEqual([1])
})

test('a stream that falls silent is opened again', async () => {
  const { events, ended, stop } = follow(poolOf(stream('data: [1]\n\n'), stream('data: [2]\n\n')))
  await vi.advanceTimersByTimeAsync(25_000)
  expect(events).toEqual([1, 2])
  stop.abort()
  expect(await ended).toBeUndefined()
})
