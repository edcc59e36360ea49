import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { bootId, processStart } from '../src/guardian/process-table.ts'
import { ProcessExecutor } from '../src/index.ts'
import { MemoryBlobs } from './memory-blobs.ts'
import { self } from './orders.ts'
import { alive, processGone } from './processes.ts'
import { Recorder } from './recorder.ts'

// Real processes and threads: on a busy machine a start alone may take seconds.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const script = fileURLToPath(new URL('./fixtures/host.ts', import.meta.url))
const longMs = 600_000
let dataFolder: string
const ours: ChildProcess[] = []

interface Line {
  name?: string
  pids?: number[]
  end?: string
  message?: string
  guardian?: number
}

/** A peer's process side in a process of its own, which a test may kill or freeze. */
class Host {
  readonly lines: Line[] = []
  readonly process: ChildProcess
  #waiters: (() => void)[] = []

  constructor(leaseMs: number, ...kinds: string[]) {
    const argv = ['--disable-warning=ExperimentalWarning', script, dataFolder, String(leaseMs), ...kinds]
    this.process = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] })
    ours.push(this.process)
    createInterface({ input: this.process.stdout! }).on('line', (line) => {
      this.lines.push(JSON.parse(line))
      for (const waiter of this.#waiters) waiter()
    })
  }

  line(wanted: (line: Line) => boolean): Promise<Line> {
    return new Promise((resolve) => {
      const look = () => {
        const found = this.lines.find(wanted)
        if (found) resolve(found)
      }
      this.#waiters.push(look)
      look()
    })
  }

  async pids(name: string): Promise<number[]> {
    return (await this.line((line) => line.name === name && line.pids !== undefined)).pids!
  }

  async guardian(): Promise<number> {
    return (await this.line((line) => line.guardian !== undefined)).guardian!
  }
}

beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'souk-guardian-'))
})

afterEach(async () => {
  // SIGKILL ends a frozen process too.
  for (const each of ours.splice(0)) each.kill('SIGKILL')
  await restart()
  await rm(dataFolder, { recursive: true })
})

/** What the next life of the peer does first. */
async function restart(): Promise<void> {
  const next = new ProcessExecutor({ self, dataFolder, blobs: new MemoryBlobs() })
  await next.start(new Recorder(), new AbortController().signal)
  await next.stop()
}

test('a peer that is killed leaves no process behind', async () => {
  const host = new Host(longMs, 'leased', 'free')
  const all = [...(await host.pids('leased')), ...(await host.pids('free')), await host.guardian()]
  expect(all.every(alive)).toBe(true)
  host.process.kill('SIGKILL')
  for (const pid of all) await processGone(pid)
  expect(await readdir(join(dataFolder, 'guardian'))).toEqual([])
})

test('a frozen peer loses its leased runs and keeps the others', async () => {
  const host = new Host(500, 'leased', 'free')
  const leased = await host.pids('leased')
  const free = await host.pids('free')
  host.process.kill('SIGSTOP')
  for (const pid of leased) await processGone(pid)
  expect(free.every(alive)).toBe(true)
  host.process.kill('SIGCONT')
  const ended = await host.line((line) => line.end !== undefined)
  expect(ended).toMatchObject({ name: 'leased', end: 'stopped' })
  expect(ended.message).toMatch(/^lease-lost: /)
  expect(free.every(alive)).toBe(true)
})

test('a peer that answers keeps its leased runs past the lease', async () => {
  const host = new Host(2000, 'brief')
  expect(await host.line((line) => line.end !== undefined)).toMatchObject({ name: 'brief', end: 'ok' })
})

test('the next life kills what was left when peer and guardian were both killed', async () => {
  const host = new Host(longMs, 'leased', 'free')
  const all = [...(await host.pids('leased')), ...(await host.pids('free'))]
  const guardian = await host.guardian()
  // The guardian first: it would do its work otherwise.
  process.kill(guardian, 'SIGSTOP')
  host.process.kill('SIGKILL')
  process.kill(guardian, 'SIGKILL')
  await processGone(guardian)
  expect(all.every(alive)).toBe(true)
  await restart()
  for (const pid of all) await processGone(pid)
  expect(await readdir(join(dataFolder, 'guardian'))).toEqual([])
})

test.runIf(process.platform === 'linux')('a group whose leader is dead is found by its fence', async () => {
  const host = new Host(longMs, 'free')
  const [leader, child] = await host.pids('free')
  const guardian = await host.guardian()
  process.kill(guardian, 'SIGSTOP')
  host.process.kill('SIGKILL')
  process.kill(guardian, 'SIGKILL')
  await processGone(guardian)
  process.kill(leader!, 'SIGKILL')
  await processGone(leader!)
  expect(alive(child!)).toBe(true)
  await restart()
  await processGone(child!)
})

test('a process that only has the pid of an earlier run is left alone', async () => {
  const stranger = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' })
  ours.push(stranger)
  const pid = stranger.pid!
  await restart()
  const line = `+ ${pid} ${Number(processStart(pid)) - 1} ${bootId() || '-'} task:1.x.1\n`
  const otherBoot = `+ ${pid} ${processStart(pid)} another-boot task:1.x.1\n`
  await writeFile(join(dataFolder, 'guardian', 'old.runs'), line + otherBoot)
  await restart()
  expect(alive(pid)).toBe(true)
})

test('output that nobody reads does not keep the guardian from its work', async () => {
  const host = new Host(1000, 'noisy')
  const pids = await host.pids('noisy')
  host.process.kill('SIGSTOP')
  for (const pid of pids) await processGone(pid)
  host.process.kill('SIGCONT')
  expect(await host.line((line) => line.end !== undefined)).toMatchObject({ name: 'noisy', end: 'stopped' })
})
