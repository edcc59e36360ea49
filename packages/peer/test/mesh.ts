import { Prng } from '@souk/kernel'
import type { Advert, Message, TaskSpec, TaskState } from '@souk/wire'
import {
  firstMembers,
  Peer,
  type PeerEffect,
  type PeerInput,
  type Reply,
  type RunOrder,
  type TraceEvent,
  type TraceType,
} from '../src/index.ts'
import { Agenda } from './agenda.ts'
import { certificate, nonceOf, proofOf, result, spec } from './fixtures.ts'
import { configOf, type Host, type Node, newNode } from './mesh-node.ts'
import { leavesAfter, toDo } from './run-progress.ts'
import type { Watcher } from './watcher.ts'

/** How long each step of the world takes: a frame, a write, an executor's start. */
const stepMs = 1
/** How often a full disk is tried again */
const probeMs = 50
/** How long a run takes to stop */
const stopMs = 30

/** Real peers on virtual time, with simulated links, disks and executors. */
export class Mesh {
  now = 0
  readonly #nodes = new Map<string, Node>()
  readonly #cut = new Set<string>()
  readonly #agenda = new Agenda()
  readonly #watcher: Watcher | undefined

  /** Hosts by name. Without a watcher they have met and settled, and nothing of that is left in what was seen. */
  constructor(hosts: Record<string, Host>, watcher?: Watcher) {
    this.#watcher = watcher
    for (const [name, host] of Object.entries(hosts)) this.#nodes.set(name, newNode(name, host))
    for (const name of this.#nodes.keys()) this.start(name)
    if (watcher) return
    this.run(3_000)
    for (const node of this.#nodes.values()) Object.assign(node, { replies: [], traces: [], sent: [] })
  }

  /** Adds a new member, which knows the members that the first live host names to it. */
  join(name: string, host: Host): void {
    const inviter = [...this.#nodes.values()].find(({ up }) => up)!
    this.#nodes.set(name, newNode(name, host))
    for (const { key, value } of firstMembers(inviter.peer.introductions())) this.node(name).disk.set(key, value)
    this.start(name)
  }

  has(name: string): boolean {
    return this.#nodes.has(name)
  }

  node(name: string): Node {
    const node = this.#nodes.get(name)
    if (!node) throw new Error(`there is no host ${name}`)
    return node
  }

  // ---- what happens to hosts

  /** Starts a new life of this host, with what its disk holds. */
  start(name: string): void {
    const node = this.node(name)
    const incarnation = ++node.incarnation
    node.up = true
    node.peer = new Peer(configOf(node), { self: name, prng: new Prng(node.incarnation, name) })
    const stored = [...node.disk].map(([key, value]) => ({ key, value: structuredClone(value) }))
    this.step(name, {
      type: 'start',
      wallMs: 1_000_000 + this.now,
      incarnation,
      proof: proofOf(name, incarnation),
      stored,
      offer: node.offer,
      linedFunctions: node.offer.functions,
      certificate: certificate(name, node.role),
    })
    for (const other of this.#others(name)) this.#connect(name, other)
  }

  kill(name: string): void {
    const node = this.node(name)
    node.up = false
    node.runs.clear()
    for (const other of this.#others(name))
      this.#later(stepMs, () => this.step(other, { type: 'disconnected', peer: name }))
  }

  cut(a: string, b: string): void {
    this.#cut.add([a, b].sort().join())
    this.step(a, { type: 'disconnected', peer: b })
    this.step(b, { type: 'disconnected', peer: a })
  }

  heal(a: string, b: string): void {
    this.#cut.delete([a, b].sort().join())
    this.#connect(a, b)
  }

  #connect(a: string, b: string): void {
    for (const [here, there] of [
      [a, b],
      [b, a],
    ] as const) {
      this.#later(stepMs, () => {
        const { incarnation, role } = this.node(there)
        this.step(here, {
          type: 'connected',
          peer: there,
          certificate: certificate(there, role),
          incarnation,
          proof: proofOf(there, incarnation),
          addresses: [],
        })
      })
    }
  }

  #others(name: string): string[] {
    return [...this.#nodes.values()].filter((node) => node.name !== name && node.up).map((node) => node.name)
  }

  #linked(a: string, b: string): boolean {
    return this.node(a).up && this.node(b).up && !this.#cut.has([a, b].sort().join())
  }

  // ---- clients

  submit(at: string, name: string, over: Parameters<typeof spec>[0] = {}, { client = 1, tag = 1 } = {}): void {
    this.submitSpec(at, name, spec(over), { client, tag })
  }

  submitSpec(at: string, name: string, whole: TaskSpec, { client = 1, tag = 1 } = {}): void {
    this.step(at, { type: 'submit', client, tasks: [{ tag, nonce: nonceOf(name), spec: whole }] })
  }

  list(at: string, states: TaskState[] = []): void {
    this.step(at, { type: 'list', client: 1, limit: 10, prefix: '', states, everywhere: true })
  }

  /** The replies of one type that clients of this host have heard. */
  replies<T extends Reply['type']>(at: string, type: T): Extract<Reply, { type: T }>[] {
    return this.node(at).replies.flatMap(({ reply }) =>
      reply.type === type ? [reply as Extract<Reply, { type: T }>] : [],
    )
  }

  /** The trace events of one type of this host. */
  traces<T extends TraceType>(at: string, type: T): Extract<TraceEvent, { type: T }>[] {
    return this.node(at).traces.filter((event): event is Extract<TraceEvent, { type: T }> => event.type === type)
  }

  // ---- time

  step(name: string, input: PeerInput): void {
    const node = this.node(name)
    if (!node.up) return
    const out: PeerEffect[] = []
    node.peer.step(input, this.now, out)
    this.#apply(node, out)
  }

  /** Gives `to` a frame as if it came from `from`. */
  frame(from: string, to: string, messages: Message[]): void {
    const { incarnation, peer } = this.node(from)
    this.step(to, { type: 'frame', from, frame: { incarnation, load: peer.loadStamp(), messages } })
  }

  run(ms: number): this {
    const until = this.now + ms
    for (;;) {
      const { nextAt } = this.#agenda
      const waking = this.#waking()
      const at = Math.min(nextAt, waking?.at ?? Infinity)
      if (at > until) break
      this.now = Math.max(this.now, at)
      if (nextAt <= at) this.#agenda.act()
      else this.step(waking!.name, { type: 'wake' })
    }
    this.now = until
    return this
  }

  /** Runs until the condition holds; throws after half a minute. */
  until(holds: () => boolean): this {
    for (let i = 0; i < 30_000 && !holds(); i++) this.run(1)
    if (!holds()) throw new Error('it did not come to pass within 30 seconds')
    return this
  }

  #waking(): { name: string; at: number } | undefined {
    let first: { name: string; at: number } | undefined
    for (const { name, peer, up } of this.#nodes.values()) {
      const at = up ? peer.nextWakeup() : undefined
      if (at !== undefined && (!first || at < first.at)) first = { name, at }
    }
    return first
  }

  #later(ms: number, act: () => void): void {
    this.#agenda.add(this.now + ms, act)
  }

  #apply(node: Node, out: PeerEffect[]): void {
    const frames = new Map<string, Message[]>()
    const life = node.incarnation
    const mine = (ms: number, act: () => void) =>
      this.#later(ms, () => {
        if (node.up && node.incarnation === life) act()
      })
    for (const effect of out) {
      if (effect.type === 'send') frames.set(effect.to, [...(frames.get(effect.to) ?? []), effect.message])
      else if (effect.type === 'publish') this.#publish(node, effect.advert)
      else if (effect.type === 'persist') mine(stepMs, () => this.#write(node, effect))
      else if (effect.type === 'run') this.#execute(node, effect.order, mine)
      // These executors never begin a lined-up run by themselves.
      else if (effect.type === 'lineUp') mine(0, () => this.step(node.name, { ...effect.order, type: 'takenBack' }))
      else if (effect.type === 'stop') {
        this.#watcher?.stop(node.name, effect.task, effect.code)
        const end = effect.code === 'timeout' ? 'timeout' : 'stopped'
        const order = node.runs.get(effect.task)
        const ranMs = this.now + stopMs - (node.begunMs.get(effect.task) ?? 0)
        const left = order ? leavesAfter(ranMs, order, effect.code) : {}
        mine(stopMs, () => this.#ran(node, effect.task, { end, exitCode: 137, ...left }))
      } else if (effect.type === 'reply') {
        this.#watcher?.reply(node.name, effect.reply)
        node.replies.push({ ...effect, at: this.now })
      } else if (effect.type === 'expel') mine(2 * stepMs, () => this.#expel(node, effect.removal.peer))
      else if (effect.type === 'trace') node.traces.push(effect.event)
    }
    for (const [to, messages] of frames) {
      const arrives = this.#linked(node.name, to)
      for (const message of messages) {
        node.sent.push({ to, message })
        this.#watcher?.message(node.name, to, message, arrives)
      }
      if (!arrives) continue
      const frame = { incarnation: life, load: node.peer.loadStamp(), messages }
      this.#later(stepMs, () => {
        if (this.#linked(node.name, to)) this.step(to, { type: 'frame', from: node.name, frame })
      })
    }
  }

  /** Carries out an `expel`: cuts the link to the removed peer, or stops this one if it is the removed peer itself. */
  #expel(node: Node, peer: string): void {
    if (peer === node.name) this.kill(peer)
    else if (this.#nodes.has(peer) && this.#linked(node.name, peer)) this.cut(node.name, peer)
  }

  #publish(node: Node, advert: Advert): void {
    for (const to of this.#others(node.name))
      if (this.#linked(node.name, to)) this.#later(stepMs, () => this.step(to, { type: 'gossip', advert }))
  }

  #write(node: Node, { seq, writes }: Extract<PeerEffect, { type: 'persist' }>): void {
    if (node.diskFull) {
      const message = 'no space left on the device'
      this.step(node.name, { type: 'persistFailed', fromSeq: seq, upToSeq: seq, code: 'disk-full', message })
      this.#probe(node)
      return
    }
    for (const { key, value } of writes) {
      if (value === undefined) node.disk.delete(key)
      else node.disk.set(key, structuredClone(value))
    }
    this.step(node.name, { type: 'persisted', upToSeq: seq })
  }

  /** As a driver does: after a failed write it tries by itself until writing works again. */
  #probe(node: Node): void {
    const life = node.incarnation
    this.#later(probeMs, () => {
      if (!node.up || node.incarnation !== life) return
      if (node.diskFull) this.#probe(node)
      else this.step(node.name, { type: 'persisted', upToSeq: 0 })
    })
  }

  #execute(node: Node, order: RunOrder, mine: (ms: number, act: () => void) => void): void {
    this.#watcher?.run(node.name, order)
    node.runs.set(order.task, order)
    node.begunMs.set(order.task, this.now)
    const { ms, exitCode } = toDo(order, node.slowness)
    mine(stepMs, () => this.step(node.name, { type: 'running', task: order.task, ballot: order.ballot }))
    mine(stepMs + ms, () => this.#ran(node, order.task, { end: exitCode === 0 ? 'ok' : 'failed', exitCode, runMs: ms }))
  }

  #ran(node: Node, task: string, over: Parameters<typeof result>[0]): void {
    const order = node.runs.get(task)
    if (!order) return
    node.runs.delete(task)
    const outcome = result(over)
    this.#watcher?.ran(node.name, task, outcome.end)
    this.step(node.name, { type: 'ran', task, ballot: order.ballot, result: outcome })
  }
}
