import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type SoukClient } from '@souk/client'
import { inject } from 'vitest'

/** Real peers on loopback, in folders of their own, driven through the command line. */

/** The program as it is published; the demo and the examples run from their sources. */
const program = inject('program')
/** A command that takes longer hangs. */
const commandMsMax = 60_000

export interface Ran {
  code: number
  out: string
  err: string
}

export interface RunOptions {
  cwd?: string
  input?: string
  env?: Record<string, string>
  /** a command that runs what follows it somewhere else: in another network, say */
  on?: readonly string[]
}

/** A command under way. */
export interface Command {
  child: ChildProcess
  /** resolves once standard output or error holds the text; rejects when it ends without */
  says(text: string): Promise<void>
  ended: Promise<Ran>
}

/** What `souk up --json` reports. */
interface PeerReport {
  name: string
  peer: string
  pid: number
  api: string
  addresses: string[]
  invitation?: string
  remote?: { url: string; fingerprint: string }
}

export interface TestPeer extends PeerReport {
  data: string
}

/** Starts `souk WORDS…`. */
export function begin(words: readonly string[], options: RunOptions = {}): Command {
  return beginProgram([program, ...words], options)
}

/** Starts a program of this project: its file, then its arguments. */
export function beginProgram(words: readonly string[], options: RunOptions = {}): Command {
  const env = { ...process.env, NO_COLOR: '1', SOUK_DATA: '', SOUK_ENDPOINT: '', ...options.env }
  const command = [...(options.on ?? []), process.execPath, '--disable-warning=ExperimentalWarning', ...words]
  const child = spawn(command[0]!, command.slice(1), {
    cwd: options.cwd,
    env,
    timeout: commandMsMax,
    killSignal: 'SIGKILL',
  })
  const ran: Ran = { code: -1, out: '', err: '' }
  const waiting = new Set<() => void>()
  const look = (): void => {
    for (const check of waiting) check()
  }
  child.stdout.on('data', (data: Buffer) => {
    ran.out += data.toString()
    look()
  })
  child.stderr.on('data', (data: Buffer) => {
    ran.err += data.toString()
    look()
  })
  child.stdin.end(options.input ?? '')
  const ended = new Promise<Ran>((resolve) => {
    child.on('close', (code, signal) => {
      ran.code = code ?? -1
      if (signal) ran.err += `\n(ended by ${signal})`
      resolve(ran)
    })
  })
  return {
    child,
    ended,
    says: (text) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (!`${ran.out}${ran.err}`.includes(text)) return
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        void ended.then(() => reject(new Error(`it ended without '${text}':\n${ran.out}${ran.err}`)))
        check()
      }),
  }
}

/** Runs `souk WORDS…` to its end. */
export function souk(words: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return begin(words, options).ended
}

/** A temporary folder with peers in it; `close` ends them all and removes it. */
export class TestMesh {
  readonly root = mkdtempSync(join(tmpdir(), 'souk-e2e-'))
  readonly peers: TestPeer[] = []
  readonly #clients: SoukClient[] = []

  /** Starts a peer; the first makes the mesh, the others join with an invitation of the first. */
  async add(name: string, options: readonly string[] = [], on: readonly string[] = []): Promise<TestPeer> {
    const first = this.peers[0]
    if (first === undefined) return await this.start(name, ['up', '--mesh', 'e2e'], options, { on })
    return await this.start(name, ['join', '-'], options, { on, input: await this.invite(first) })
  }

  /** `up` or `join` in a folder of this mesh. Throws with what the command said when it fails. */
  async start(
    name: string,
    words: readonly string[],
    options: readonly string[] = [],
    how: RunOptions = {},
  ): Promise<TestPeer> {
    const data = join(this.root, name)
    const fixed = ['--data', data, '--name', name, '--detach', '--json', '--no-mdns']
    const ports = ['--listen', '127.0.0.1:0', '--api-port', '0']
    const ran = await souk([...words, ...fixed, ...ports, ...options], how)
    if (ran.code !== 0) throw new Error(`${name} did not start (exit ${ran.code}): ${ran.err}`)
    const peer: TestPeer = { ...(JSON.parse(ran.out) as PeerReport), data }
    const before = this.peers.findIndex((known) => known.data === data)
    if (before >= 0) this.peers[before] = peer
    else this.peers.push(peer)
    return peer
  }

  async invite(peer: TestPeer, options: readonly string[] = []): Promise<string> {
    const { out } = await souk(['invite', '--data', peer.data, '--json', ...options])
    return (JSON.parse(out) as { line: string }).line
  }

  /** Resolves once every peer sees every other one alive, connected and with its offer. */
  async met(): Promise<void> {
    for (const peer of this.peers) {
      const client = await this.client(peer)
      await until(`${peer.name} sees all`, async () => {
        const seen = (await client.peers()).filter((line) => line.self || (line.connected && line.summary !== ''))
        return seen.length === this.peers.length
      })
    }
  }

  async client(peer: TestPeer): Promise<SoukClient> {
    const client = await connect([{ url: peer.api, token: tokenOf(peer) }])
    this.#clients.push(client)
    return client
  }

  async close(): Promise<void> {
    for (const client of this.#clients) await client.close()
    const down = this.peers.map(async ({ data, pid }) => {
      if (existsSync(join(data, 'api.json'))) await souk(['down', '--now', '--data', data])
      if (isAlive(pid)) process.kill(pid, 'SIGKILL')
    })
    await Promise.all(down)
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 })
  }
}

export function tokenOf(peer: TestPeer): string {
  return (JSON.parse(readFileSync(join(peer.data, 'api.json'), 'utf8')) as { token: string }).token
}

/** A process that has ended but was not collected yet (state Z) is not alive. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const stat = `/proc/${pid}/stat`
  return !existsSync(stat) || readFileSync(stat, 'utf8').split(') ')[1]?.[0] !== 'Z'
}

/** Looks until it is so; rejects after half a minute, or what is given. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, secondsMax = 30): Promise<void> {
  const end = performance.now() + secondsMax * 1000
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`not within ${secondsMax} s: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
