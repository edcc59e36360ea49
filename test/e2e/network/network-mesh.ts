import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Outcome, PeerLine, Task, TaskDetail } from '@souk/client'
import { begin, type Command, isAlive, type Ran, until } from '../harness.ts'
import { type Host, hosts } from './hosts.ts'
import { Network } from './namespaces.ts'
import { childrenOf, commandOf, signalAll } from './processes.ts'
import { Register } from './register.ts'

/** A peer's own account: lines of its log with these fields. */
interface LoggedEvent {
  event?: string
  task?: string
  to?: string
  time: string
}

interface RunningPeer {
  peer: string
  pid: number
}

/** What became of a submit: its task's id, or why it was not accepted. */
export interface Submitted {
  index: number
  id?: string
  code?: string
  message?: string
}

/** Real peers, each on a host of its own with a network between them that can be taken apart. */
export class NetworkMesh {
  readonly root = mkdtempSync(join(tmpdir(), 'souk-network-'))
  readonly network = new Network(hosts)
  readonly register = new Register(join(this.root, 'register'))
  /** the living, by host */
  readonly peers = new Map<Host, RunningPeer>()

  /** Five members of one mesh, who have met. */
  async start(): Promise<void> {
    this.network.make()
    const [first, ...others] = hosts
    await this.up(first, ['up', '--mesh', 'network'])
    const line = await this.invite(first, others.length)
    for (const host of others) await this.up(host, ['join', '-'], line)
  }

  /** All links are up, nobody is frozen or dead, and all have met. */
  async restore(): Promise<void> {
    this.network.heal()
    const alive = [...this.peers.values()].map(({ pid }) => pid)
    signalAll('SIGCONT', alive)
    await Promise.all(hosts.filter((host) => !this.peers.has(host)).map((host) => this.up(host)))
    await this.met()
  }

  /** `up` again, or `join`, on a host; what a task can ask for is the host by its name, and that it is not the first. */
  async up(host: Host, words: readonly string[] = ['up'], input = '', more: readonly string[] = []): Promise<void> {
    const name = ['--name', host, '--label', `host=${host}`, '--label', `first=${host === hosts[0]}`]
    const fixed = ['--detach', '--json', '--no-mdns', '--listen', `${this.network.address(host)}:7171`]
    const options = [...name, ...fixed, '--offer', 'cpu=2,slots=2', '--log', 'trace', ...more]
    const ran = await this.souk(host, [...words, ...options], input)
    if (ran.code !== 0) throw new Error(`${host} did not start (exit ${ran.code}): ${ran.err}`)
    this.peers.set(host, JSON.parse(ran.out) as RunningPeer)
  }

  async invite(host: Host, uses = 1): Promise<string> {
    const { out } = await this.souk(host, ['invite', '--uses', String(uses), '--json'])
    return (JSON.parse(out) as { line: string }).line
  }

  data(host: Host): string {
    return join(this.root, host)
  }

  peer(host: Host): RunningPeer {
    const peer = this.peers.get(host)
    if (peer === undefined) throw new Error(`no peer lives on ${host}`)
    return peer
  }

  begin(host: Host, words: readonly string[], input = ''): Command {
    return begin([words[0]!, '--data', this.data(host), ...words.slice(1)], { input, on: this.network.on(host) })
  }

  souk(host: Host, words: readonly string[], input = ''): Promise<Ran> {
    return this.begin(host, words, input).ended
  }

  /** Resolves once each living peer is connected with each other one, and has its offer. */
  async met(): Promise<void> {
    const all = [...this.peers.values()].map(({ peer }) => peer)
    for (const host of this.peers.keys()) {
      await until(`${host} sees all`, async () => {
        const { out } = await this.souk(host, ['peers', '--json'])
        const lines = out === '' ? [] : (JSON.parse(out) as PeerLine[])
        const seen = lines.filter((line) => line.self || (line.connected && line.summary !== '')).map(({ id }) => id)
        return all.every((peer) => seen.includes(peer))
      })
    }
  }

  /** What became of each, as far as it was said before the command ended. */
  async trySubmit(host: Host, tasks: readonly Task[]): Promise<Submitted[]> {
    const input = tasks.map((task) => JSON.stringify(task)).join('\n')
    const { out } = await this.souk(host, ['submit', '--file', '-', '--json'], input)
    return jsonLines<Submitted>(out)
  }

  /** The ids of tasks that are all accepted. */
  async submit(host: Host, tasks: readonly Task[]): Promise<string[]> {
    const submitted = await this.trySubmit(host, tasks)
    return submitted.map(({ id, message }) => {
      if (id === undefined) throw new Error(`${host} did not accept a task: ${message}`)
      return id
    })
  }

  /**
   * How these tasks ended, as a host's peer tells it, in the order of the ids; waits for it. Just after a link was mended
   * a peer may still say that it cannot ask those who know.
   */
  async outcomes(host: Host, tasks: readonly string[]): Promise<Outcome[]> {
    const told = new Map<string, Outcome>()
    let last = ''
    const isAllTold = async (): Promise<boolean> => {
      const open = tasks.filter((task) => !told.has(task))
      const { out, err } = await this.souk(host, ['wait', ...open, '--json', '--timeout', '25s'])
      for (const outcome of jsonLines<Outcome>(out)) told.set(outcome.task, outcome)
      last = err
      return told.size === tasks.length
    }
    await until('all outcomes are known', isAllTold).catch((error: Error) => {
      throw new Error(`on ${host}, ${error.message}: ${last}`)
    })
    return tasks.map((task) => told.get(task)!)
  }

  async detail(host: Host, task: string): Promise<TaskDetail> {
    const { out, err } = await this.souk(host, ['explain', task, '--json'])
    if (out === '') throw new Error(`${host} does not know ${task}: ${err}`)
    return JSON.parse(out) as TaskDetail
  }

  /** What the peer of a host has logged so far, every life of it. */
  events(host: Host): LoggedEvent[] {
    return jsonLines<LoggedEvent>(readFileSync(join(this.data(host), 'peer.log'), 'utf8'))
  }

  /** Ends the peer of a host as a power cut would end it; what it started is left to its guardian. */
  async kill(...killed: Host[]): Promise<void> {
    const pids = killed.map((host) => this.peer(host).pid)
    signalAll('SIGKILL', pids)
    for (const host of killed) this.peers.delete(host)
    await until('the killed are gone', () => !pids.some(isAlive))
  }

  /** The process that runs tasks for a host's peer. */
  guardian(host: Host): number {
    const guardian = childrenOf(this.peer(host).pid).find((pid) => commandOf(pid).includes('guardian'))
    if (guardian === undefined) throw new Error(`the peer on ${host} has no guardian`)
    return guardian
  }

  /** Ends all peers and removes the network. Rejects when something that they started outlived them. */
  async close(): Promise<void> {
    const alive = [...this.peers.values()].map(({ pid }) => pid)
    for (const signal of ['SIGKILL', 'SIGCONT'] as const) signalAll(signal, alive)
    const left = () => hosts.flatMap((host) => processesOn(this.network.namespace(host)))
    const gone = await until('all processes are gone', () => left().length === 0).catch((error: Error) => error)
    const names = left().map(commandOf)
    signalAll('SIGKILL', left())
    this.network.remove()
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 })
    if (gone instanceof Error) throw new Error(`processes outlived their peers:\n${names.join('\n')}`)
  }
}

/** Each whole line that is a JSON object. */
function jsonLines<T>(text: string): T[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as T)
}

/** All processes in a namespace, whoever started them. */
function processesOn(namespace: string): number[] {
  try {
    const text = execFileSync('ip', ['netns', 'pids', namespace], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return text.split('\n').filter(Boolean).map(Number)
  } catch {
    return []
  }
}
