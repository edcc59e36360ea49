import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  type Exit,
  encodeFrame,
  encodeLeases,
  FrameReader,
  frameType,
  type SpawnOrder,
} from '../src/guardian/frames.ts'
import { Guardian } from '../src/guardian/guardian.ts'
import { hostNow } from '../src/guardian/host-clock.ts'
import { Ledger } from '../src/guardian/ledger.ts'

// Real processes: on a busy machine a start alone may take seconds.
vi.setConfig({ testTimeout: 60_000 })

const order: SpawnOrder = {
  argv: ['sleep', '600'],
  env: { PATH: process.env.PATH ?? '' },
  cwd: '/',
  stdin: false,
  outputBytesMax: 0,
  timeoutMs: 0,
  graceMs: 0,
  fence: 'task:1.peer.1',
  limits: { memoryBytes: 0, cpuMilli: 0, processes: 0 },
}
const longMs = 600_000
let folder: string
let guardian: Guardian
let peer: Socket
const causes = new Map<number, Exit['cause']>()

beforeEach(async () => {
  causes.clear()
  folder = await mkdtemp(join(tmpdir(), 'souk-leases-'))
  const server = createServer().listen(join(folder, 'socket'))
  await once(server, 'listening')
  peer = connect(join(folder, 'socket'))
  const [channel] = (await once(server, 'connection')) as [Socket]
  server.close()
  // As its program does: a peer may go before what it is told has left.
  channel.on('error', () => {})
  guardian = new Guardian(channel, new Ledger(join(folder, 'runs')), undefined)
  const reader = new FrameReader(({ type, run, payload }) => {
    if (type === frameType.exit) causes.set(run, (JSON.parse(payload.toString()) as Exit).cause)
  })
  peer.on('data', (chunk: Buffer) => reader.push(chunk))
})

afterEach(async () => {
  await guardian.close()
  peer.destroy()
  expect(await readdir(folder)).not.toContain('runs')
  await rm(folder, { recursive: true })
})

/** One run for each of these, numbered from 1. */
function spawnEach(...leasesMs: (number | undefined)[]): void {
  for (const [i, ms] of leasesMs.entries()) {
    const leased = ms === undefined ? order : { ...order, leaseEndsAt: hostNow() + ms }
    peer.write(encodeFrame(frameType.spawn, i + 1, JSON.stringify(leased)))
  }
}

test('each run ends with its own lease, and one that has none goes on', async () => {
  spawnEach(0, longMs, undefined)
  await expect.poll(() => [...causes], { timeout: 30_000 }).toEqual([[1, 'lease']])
})

test('a lease that had ended before it was read about is not counted from then', async () => {
  spawnEach(longMs, longMs)
  const now = hostNow()
  peer.write(
    encodeLeases([
      { run: 1, endsAt: now + 2 * longMs },
      { run: 2, endsAt: now - 1 },
    ]),
  )
  await expect.poll(() => [...causes], { timeout: 30_000 }).toEqual([[2, 'lease']])
})

test('a lease that is renewed before it ends does not end', async () => {
  spawnEach(2000, 2000)
  peer.write(encodeLeases([{ run: 2, endsAt: hostNow() + longMs }]))
  await expect.poll(() => [...causes], { timeout: 30_000 }).toEqual([[1, 'lease']])
})
