import { connect, type HttpTransport, nodeHttpTransport } from '@souk/client/node'
import { afterEach, expect, test } from 'vitest'
import { closeAll, closeLater, serve, tokens } from './fixture.ts'

afterEach(closeAll)

const authorized = { authorization: `Bearer ${tokens.admin}` }

async function get(transport: HttpTransport, path: string, signal: AbortSignal): Promise<string> {
  const { body } = await transport.request('GET', path, authorized, undefined, signal)
  const parts: Uint8Array[] = []
  for await (const part of body) parts.push(part)
  return Buffer.concat(parts).toString()
}

async function open(): Promise<HttpTransport> {
  const { url } = await serve()
  const transport = nodeHttpTransport({ url, token: tokens.admin })
  closeLater(transport)
  return transport
}

test('a signal ends its own request and no other that uses the connection later', async () => {
  const transport = await open()
  const first = new AbortController()
  const who = await get(transport, '/v1/who', first.signal)
  const second = get(transport, '/v1/who', new AbortController().signal)
  first.abort()
  expect(await second).toBe(who)
})

test('a stream ends with the reason of its signal', async () => {
  const transport = await open()
  const stop = new AbortController()
  const { body } = await transport.request('GET', '/v1/events', authorized, undefined, stop.signal)
  const read = Array.fromAsync(body)
  stop.abort(new Error('enough'))
  await expect(read).rejects.toThrow('enough')
})

test('a request whose signal has aborted before is not sent', async () => {
  const transport = await open()
  await expect(get(transport, '/v1/who', AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late')
})

test('connect goes over it unless told otherwise', async () => {
  const { url } = await serve()
  const client = await connect([`${url}#${tokens.admin}`])
  closeLater(client)
  expect((await client.submit({ argv: ['echo', 'hello'] }).outcome).stdout).toBe('hello\n')
})
