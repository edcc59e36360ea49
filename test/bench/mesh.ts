import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { connect, type SoukClient } from '@souk/client'
import { NeedsError } from './report.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The program as it is published: built, started by plain node. */
export const builtCli = join(root, 'node/dist/souk.cjs')

export function buildCli(): void {
  const built = spawnSync(process.execPath, [join(root, 'node/build.ts')], { cwd: root, encoding: 'utf8' })
  if (built.status !== 0 || !existsSync(builtCli)) throw new NeedsError(`the program does not build: ${built.stderr}`)
}

export interface BenchPeer {
  name: string
  data: string
  /** the options it was started with */
  own: readonly string[]
  process: ChildProcess
  pid: number
  api: { url: string; token: string }
}

/** Real peers on loopback, each a process with a data folder of its own, all in one mesh. */
export class BenchMesh {
  readonly folder = mkdtempSync(join(tmpdir(), 'souk-bench-'))
  readonly peers: BenchPeer[] = []

  /** Starts a peer; the first makes the mesh, the others join it through the first. */
  async add(name: string, offer: string, more: string[] = []): Promise<BenchPeer> {
    const data = join(this.folder, name)
    const own = ['--data', data, '--name', name, '--no-mdns', '--listen', '127.0.0.1:0', '--offer', offer, ...more]
    const first = this.peers[0]
    const args = first ? ['join', await this.#invitation(first)] : ['up']
    const peer = await this.#start(name, data, own, args)
    this.peers.push(peer)
    return peer
  }

  /** Kills a peer as a power cut would; resolves once its process is gone. */
  async kill({ process: child }: BenchPeer): Promise<void> {
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }

  /** Starts a peer that was killed, with its data folder and its options. */
  async again({ name, data, own }: BenchPeer): Promise<BenchPeer> {
    rmSync(join(data, 'api.json'), { force: true })
    const peer = await this.#start(name, data, own, ['up'])
    this.peers[this.peers.findIndex((before) => before.name === name)] = peer
    return peer
  }

  /** Resolves when every peer is connected with all the others and knows what they offer. */
  async settled(): Promise<void> {
    for (const peer of this.peers) {
      const client = await connect([peer.api])
      try {
        await until(() => this.#isMet(client), `${peer.name} to see ${this.peers.length} peers`)
      } finally {
        await client.close()
      }
    }
  }

  async stop(): Promise<void> {
    const gone = this.peers.map(({ process: child }) => new Promise((resolve) => child.once('exit', resolve)))
    for (const { process: child } of this.peers)
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await Promise.race([Promise.all(gone), new Promise((resolve) => setTimeout(resolve, 3000))])
    rmSync(this.folder, { recursive: true, force: true })
  }

  async #isMet(client: SoukClient): Promise<boolean> {
    const lines = await client.peers()
    return lines.filter((line) => line.self || (line.connected && line.summary !== '')).length === this.peers.length
  }

  async #start(name: string, data: string, own: readonly string[], args: string[]): Promise<BenchPeer> {
    const log = openSync(join(this.folder, `${name}.log`), 'a')
    const child = spawn(process.execPath, [builtCli, ...args, ...own], { stdio: ['ignore', log, log] })
    closeSync(log)
    return { name, data, own, process: child, pid: child.pid!, api: await this.#api(child, data, name) }
  }

  async #invitation(inviter: BenchPeer): Promise<string> {
    const answer = JSON.parse(await souk(['invite', '--json', '--data', inviter.data])) as { line: string }
    return answer.line
  }

  async #api(child: ChildProcess, data: string, name: string): Promise<{ url: string; token: string }> {
    const path = join(data, 'api.json')
    await until(async () => {
      if (child.exitCode !== null)
        throw new NeedsError(`${name} ended at once: ${readFileSync(join(this.folder, `${name}.log`), 'utf8')}`)
      return existsSync(path)
    }, `${name} to come up`)
    return JSON.parse(readFileSync(path, 'utf8')) as { url: string; token: string }
  }
}

/** One command of the built program; its standard output. */
export async function souk(args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [builtCli, ...args], { maxBuffer: 64 * 1024 * 1024 })
  return stdout
}

async function until(done: () => Promise<boolean>, what: string, secondsMax = 30): Promise<void> {
  for (let i = 0; i < secondsMax * 20; i++) {
    if (await done()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new NeedsError(`waited ${secondsMax} s in vain for ${what}`)
}
