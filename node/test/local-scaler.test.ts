import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { LocalScaler } from '../src/scalers/local-scaler.ts'

const folder = mkdtempSync(join(tmpdir(), 'souk-local-scaler-'))
afterAll(() => rmSync(folder, { recursive: true }))

const never = new AbortController().signal

/** A peer's API that answers every request with that. */
async function apiOf(answer: (path: string) => { status: number; body: unknown }) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    const { status, body } = answer(request.url ?? '')
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { asked, server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

function scalerOf(url: string): LocalScaler {
  return new LocalScaler({
    folder,
    peerArguments: [],
    name: 'host',
    slots: 1,
    invite: async () => 'LINE',
    startPeer: async ({ args }) => {
      const data = args[args.indexOf('--data') + 1]!
      mkdirSync(data, { recursive: true })
      writeFileSync(join(data, 'api.json'), JSON.stringify({ url, token: 'token' }))
      return { pid: -1, exited: new Promise(() => {}) } as never
    },
  })
}

test('a peer whose end has failed takes work again, so that it can be ended another time', async () => {
  const { asked, server, url } = await apiOf((path) =>
    path === '/v1/status'
      ? { status: 500, body: { code: 'internal', message: 'no' } }
      : { status: 200, body: { state: 'draining' } },
  )
  const scaler = scalerOf(url)
  await scaler.act({ id: 'one', kind: 'grow', peerTag: 'tag' }, never)
  await expect(scaler.act({ id: 'two', kind: 'shrink', peerTag: 'tag', peer: 'P' }, never)).rejects.toThrow()
  expect(asked.at(0)).toBe('POST /v1/drain')
  expect(asked.at(-1)).toBe('POST /v1/undrain')
  server.close()
})

test('what peers of a killed life have left is removed before the first new one starts, and nothing after that', async () => {
  mkdirSync(join(folder, 'earlier', 'records'), { recursive: true })
  const scaler = scalerOf('http://127.0.0.1:1')
  await scaler.act({ id: 'one', kind: 'grow', peerTag: 'first' }, never)
  await scaler.act({ id: 'two', kind: 'grow', peerTag: 'second' }, never)
  expect(readdirSync(folder).toSorted()).toEqual(['first', 'second'])
})

test('a start that fails, or takes too long, leaves no folder behind, and says so; the next one is as if it had not been', async () => {
  const below = join(folder, 'failing')
  let peers = 0
  const scaler = new LocalScaler({
    ...{ folder: below, peerArguments: [], name: 'host', slots: 1, invite: async () => 'LINE' },
    startPeer: async ({ args }) => {
      const data = args[args.indexOf('--data') + 1]!
      mkdirSync(data, { recursive: true })
      writeFileSync(join(data, 'peer.log'), 'nobody answers')
      if (++peers === 1) throw new Error('nobody answers')
      return { pid: -1, exited: new Promise(() => {}) } as never
    },
  })
  const intent = { id: 'one', kind: 'grow', peerTag: 'tag' } as const
  await expect(scaler.act(intent, never)).rejects.toThrow(
    `nobody answers; ${join(below, 'tag')}, made for it, is removed again`,
  )
  expect(readdirSync(below)).toEqual([])
  await scaler.act(intent, never)
  expect(readdirSync(below)).toEqual(['tag'])
})

test('a second try begins once the first has cleared away what it made', async () => {
  const below = join(folder, 'late')
  const going: string[] = []
  const scaler = new LocalScaler({
    ...{ folder: below, peerArguments: [], name: 'host', slots: 1, invite: async () => 'LINE' },
    startPeer: async ({ args, signal }) => {
      const data = args[args.indexOf('--data') + 1]!
      mkdirSync(data, { recursive: true })
      going.push('started')
      if (going.length > 1) return { pid: -1, exited: new Promise(() => {}) } as never
      await new Promise((resolve) => signal!.addEventListener('abort', resolve))
      // It takes a while to end a process.
      for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
      going.push('ended')
      throw new Error('too late')
    },
  })
  const aborting = new AbortController()
  const intent = { id: 'one', kind: 'grow', peerTag: 'tag' } as const
  const first = scaler.act(intent, aborting.signal)
  await new Promise((resolve) => setImmediate(resolve))
  aborting.abort()
  const second = scaler.act(intent, never)
  await expect(first).rejects.toThrow('too late')
  await second
  expect(going).toEqual(['started', 'ended', 'started'])
  expect(readdirSync(below)).toEqual(['tag'])
})

test('an order to end a peer that has ended is done; one to end a peer of which nothing is known is not', async () => {
  let end = (): void => {}
  const scaler = new LocalScaler({
    ...{ folder: join(folder, 'ended'), peerArguments: [], name: 'host', slots: 1, invite: async () => 'LINE' },
    startPeer: async () => {
      const exited = new Promise<void>((resolve) => {
        end = resolve
      })
      return { pid: -1, exited } as never
    },
  })
  const order = { id: 'two', kind: 'shrink', peerTag: 'tag', peer: 'P' } as const
  await expect(scaler.act(order, never)).rejects.toThrow('no peer of this host')
  await scaler.act({ id: 'one', kind: 'grow', peerTag: 'tag' }, never)
  end()
  await new Promise((resolve) => setImmediate(resolve))
  await scaler.act(order, never)
})
