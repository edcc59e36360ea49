import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type SoukClient } from '@souk/client/node'
import { CliError } from '../cli-error.ts'
import type { Context } from '../context.ts'
import { type ApiFile, readJson } from '../data-folder.ts'
import { endProcess, isGoneWithin, type PeerProcess, startPeerProcess } from '../peer-process.ts'

export interface DemoPeer extends PeerProcess {
  name: string
  data: string
  killed: boolean
}

const plans = [
  { name: 'amber', offer: 'cpu=4,mem=2G,slots=4' },
  { name: 'birch', offer: 'cpu=2,mem=1G,slots=2' },
  { name: 'cedar', offer: 'cpu=2,mem=1G,slots=2' },
] as const

const meetMsMax = 30_000
const stopMsMax = 15_000
/** A killed peer's guardian sees its pipe close and ends what ran. */
const orphanMsMax = 10_000

/** Three peers in processes of their own, on loopback, with data folders of their own. */
export class DemoMesh {
  readonly #context: Context
  readonly #keep: boolean
  readonly root: string
  readonly peers: DemoPeer[] = []

  constructor(context: Context, keep: boolean) {
    this.#context = context
    this.#keep = keep
    this.root = mkdtempSync(join(tmpdir(), 'souk-demo-'))
  }

  /** Starts them; the first makes the mesh, the others join by invitation. Resolves once each sees the others. */
  async start(signal: AbortSignal): Promise<SoukClient> {
    const first = await this.#startPeer(0, ['up', '--mesh', 'demo'], signal)
    const client = await this.connect(first)
    // Both lines before either is used: the second peer must not wait for the first to have joined.
    const lines = await Promise.all([client.invite(), client.invite()])
    await Promise.all(lines.map(({ line }, i) => this.#startPeer(i + 1, ['join', line], signal)))
    this.peers.sort((a, b) => (a.name < b.name ? -1 : 1))
    await waitUntilMet(client, plans.length, signal)
    return client
  }

  async connect(peer: DemoPeer): Promise<SoukClient> {
    const { url, token } = readJson(join(peer.data, 'api.json')) as ApiFile
    return await connect([{ url, token }], { probe: false })
  }

  async #startPeer(index: number, command: readonly string[], signal: AbortSignal): Promise<DemoPeer> {
    const { name, offer } = plans[index]!
    const data = join(this.root, name)
    const args = [...command, '--data', data, '--name', name, '--offer', offer]
    args.push('--listen', '127.0.0.1:0', '--api-port', '0', '--no-mdns')
    const started = await startPeerProcess(this.#context, {
      args,
      logPath: join(data, 'peer.log'),
      tied: !this.#keep,
      signal,
    })
    const peer: DemoPeer = { ...started, name, data, killed: false }
    this.peers.push(peer)
    return peer
  }

  /** Nothing of it goes on until `thaw`, but for what it runs: that belongs to its guardian. */
  freeze(peer: DemoPeer): void {
    process.kill(peer.pid, 'SIGSTOP')
  }

  thaw(peer: DemoPeer): void {
    process.kill(peer.pid, 'SIGCONT')
  }

  /** SIGKILL: no goodbye. Resolves when the process is gone. */
  async kill(peer: DemoPeer): Promise<void> {
    peer.killed = true
    process.kill(peer.pid, 'SIGKILL')
    await peer.exited
  }

  /** Ends every peer, removes its folder, and looks whether anything was left behind. */
  async stop(): Promise<void> {
    const ended = await Promise.all(
      this.peers
        .filter((peer) => !peer.killed)
        .map(async (peer) => ({ peer, ok: await endProcess(peer.pid, stopMsMax) })),
    )
    const left = await leftovers(this.root)
    rmSync(this.root, { recursive: true, force: true, maxRetries: 3 })
    const stubborn = ended.filter(({ ok }) => !ok).map(({ peer }) => peer.name)
    if (stubborn.length > 0)
      throw new CliError(`${stubborn.join(', ')} did not stop within ${stopMsMax / 1000} s and was killed`)
    if (left.length > 0) throw new CliError(`processes were left behind: ${left.join(', ')}`)
  }
}

async function waitUntilMet(client: SoukClient, count: number, signal: AbortSignal): Promise<void> {
  const end = performance.now() + meetMsMax
  for (;;) {
    const peers = await client.peers(signal)
    const met = peers.filter(
      (peer) => peer.self || (peer.state === 'alive' && peer.connected && peer.executors.length > 0),
    )
    if (met.length === count) return
    if (performance.now() > end) {
      const seen = peers.map((peer) => `${peer.name} ${peer.state}`).join(', ')
      throw new CliError(`the ${count} peers did not meet within ${meetMsMax / 1000} s; seen: ${seen}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Processes that still belong to this folder, after they had their time to end. */
async function leftovers(root: string): Promise<number[]> {
  const left: number[] = []
  for (const pid of processesOf(root)) if (!(await isGoneWithin(pid, orphanMsMax))) left.push(pid)
  return left
}

/** By command line, and by working folder where /proc tells it. */
function processesOf(root: string): number[] {
  if (existsSync('/proc/self/cmdline')) {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .filter((name) => procMentions(`/proc/${name}`, root))
      .map(Number)
  }
  const listed = execFileSync('ps', ['-axo', 'pid=,args='], { encoding: 'utf8' })
  return listed
    .split('\n')
    .filter((line) => line.includes(root))
    .map((line) => Number.parseInt(line, 10))
    .filter((pid) => pid !== process.pid)
}

function procMentions(folder: string, root: string): boolean {
  try {
    if (readFileSync(`${folder}/stat`, 'utf8').split(') ')[1]?.startsWith('Z')) return false
    return readFileSync(`${folder}/cmdline`, 'utf8').includes(root) || readlinkSync(`${folder}/cwd`).startsWith(root)
  } catch {
    return false
  }
}
