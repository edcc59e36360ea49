import { type ConnectOptions, connect, fetchTransport, type HttpTransport, type SoukClient } from '@souk/client'
import { type ControlOptions, ControlServer, TokenTable } from '@souk/control'
import { demandReport } from './demand-report.ts'
import { hostInventory, hostUsage } from './host-inventory.ts'
import { MemoryBlobs } from './memory-blobs.ts'
import { MemoryHub } from './memory-hub.ts'
import { MemoryMesh, MemoryPeer } from './memory-peer.ts'

export const tokens = { admin: 'token-of-an-admin', submit: 'token-of-a-submitter', observe: 'token-of-an-observer' }

export interface Fixture {
  peer: MemoryPeer
  server: ControlServer
  url: string
  port: number
  blobs: MemoryBlobs
  remoteBlobs: MemoryBlobs
  hub: MemoryHub
  logged: { level: string; message: string }[]
  stopped: number
}

const opened: { close(): Promise<void> }[] = []

/** Closed after the test, latest first. */
export function closeLater(thing: { close(): Promise<void> }): void {
  opened.push(thing)
}

/** Call after each test. */
export async function closeAll(): Promise<void> {
  for (const each of opened.splice(0).reverse()) await each.close()
}

/** A server over a memory peer, on loopback. */
export async function serve(
  options: { self?: string; mesh?: MemoryMesh; port?: number; control?: Partial<ControlOptions> } = {},
): Promise<Fixture> {
  const peer = new MemoryPeer(options.self ?? 'PeerA', options.mesh ?? new MemoryMesh())
  const table = new TokenTable()
  for (const role of ['admin', 'submit', 'observe'] as const) table.add(tokens[role], { role })
  const blobs = new MemoryBlobs()
  const remoteBlobs = new MemoryBlobs()
  const hub = new MemoryHub()
  const fixture = { peer, blobs, remoteBlobs, hub, logged: [] as Fixture['logged'], stopped: 0 } as unknown as Fixture
  fixture.server = new ControlServer({
    handle: peer,
    blobs,
    readBlob: (ref) => remoteBlobs.get(ref.hash),
    agents: hub,
    sessionKey: new Uint8Array(32).fill(7),
    readConsole: async (name) => (name === 'index.html' ? new TextEncoder().encode('<title>Souk</title>') : undefined),
    tokens: table,
    info: {
      version: '0.0.0',
      addresses: () => ['/ip4/127.0.0.1/tcp/1'],
      demand: ({ only = demandReport.class }) => (only === demandReport.class ? [demandReport] : []),
      rates: { cpu: 1, memory: 0, gpu: 0 },
      limits: () => ({ memory: 'cgroup-v1', cpu: 'cgroup-v1', processes: 'watchdog', reason: 'no pids' }),
      host: async () => ({ inventory: hostInventory, usage: hostUsage }),
      links: () => [
        {
          id: 'PeerB',
          addresses: ['/ip4/127.0.0.1/tcp/2'],
          discovered: true,
          dialled: true,
          connected: true,
          way: 'relayed',
          authenticated: false,
          subscribed: false,
          receivedMbps: 940.4,
          failures: 2,
          lastError: { code: 'connection-refused', message: 'nothing listens on that port' },
        },
      ],
    },
    metrics: async () => ({ contentType: 'text/plain; version=0.0.4', text: '# HELP souk_x x\nsouk_x 1\n' }),
    log: (level, message) => fixture.logged.push({ level, message }),
    onStop: () => {
      fixture.stopped++
    },
    invite: async ({ role }) => ({ line: `souk-invite-${role ?? 'host'}`, expiresAt: new Date(0).toISOString() }),
    remove: async (id) => peer.input({ type: 'remove', removal: { peer: id, wallMs: 0, signature: new Uint8Array() } }),
    ...options.control,
  })
  const listening = await fixture.server.listen({ host: '127.0.0.1', port: options.port ?? 0 })
  fixture.url = listening.url
  fixture.port = listening.port
  opened.push({ close: () => fixture.server.stop() })
  return fixture
}

/** A client of these servers, with every request counted by method and path. */
export async function open(
  servers: Fixture[],
  options: ConnectOptions & { token?: string } = {},
): Promise<{ client: SoukClient; requests: string[] }> {
  const { token = tokens.admin, ...rest } = options
  const requests: string[] = []
  const client = await connect(
    servers.map(({ url }) => ({ url, token })),
    {
      transport: (endpoint): HttpTransport => {
        const inner = fetchTransport(endpoint)
        return {
          request: (method, path, ...others) => {
            requests.push(`${method} ${path}`)
            return inner.request(method, path, ...others)
          },
          close: () => inner.close(),
        }
      },
      ...rest,
    },
  )
  opened.push({ close: () => client.close() })
  return { client, requests }
}

/** any answer's JSON: tests look at it with matchers */
export type Answer = {
  code?: string
  results: { task: string; code: string; path: string }[]
  details: { path: string; message: string }[]
} & Record<string, unknown>

/** One request by hand. */
export async function request(
  { url }: Pick<Fixture, 'url'>,
  method: string,
  path: string,
  options: { token?: string | null; body?: string | Uint8Array; headers?: Record<string, string> } = {},
): Promise<{ status: number; body: Answer; headers: Headers }> {
  const token = options.token === undefined ? tokens.admin : options.token
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(typeof options.body === 'string' ? { 'content-type': 'application/json' } : {}),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: options.body as string }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
}
