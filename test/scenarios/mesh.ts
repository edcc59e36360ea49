import { Prng } from '@souk/kernel'
import { defaultConfig, Peer, type PeerEffect, type PeerInput, type Reply, type RunOrder } from '@souk/peer'
import type { Advert, Certificate, Message, Offer, RunResult } from '@souk/wire'

/** Everything takes this long: a frame, a write, an executor's start. */
const stepMs = 1
/** A run that is told to stop needs this long. */
const stopMs = 30

/** Who is told of all that can be seen from outside of a peer. */
export interface Watcher {
  message(from: string, to: string, message: Message, arrives: boolean): void
  reply(at: string, reply: Reply): void
  run(at: string, order: RunOrder): void
  stop(at: string, task: string, code: string): void
  ran(at: string, task: string, end: string): void
}

interface Node {
  readonly name: string
  readonly offer: Offer
  readonly disk: Map<string, unknown>
  readonly runs: Map<string, RunOrder>
  peer: Peer
  up: boolean
  incarnation: number
}

/** Real peers on virtual time: all of it happens in one order, every time. */
export class Mesh {
  now = 0
  readonly #nodes = new Map<string, Node>()
  readonly #cut = new Set<string>()
  readonly #watcher: Watcher
  #events: { at: number; order: number; act: () => void }[] = []
  #order = 0

  constructor(hosts: ReadonlyMap<string, Offer>, watcher: Watcher) {
    this.#watcher = watcher
    for (const [name, offer] of hosts) {
      const peer = new Peer(defaultConfig(), { self: name, prng: new Prng(1, name) })
      this.#nodes.set(name, { name, offer, disk: new Map(), runs: new Map(), peer, up: false, incarnation: 0 })
    }
    for (const name of this.#nodes.keys()) this.start(name)
  }

  start(name: string): void {
    const node = this.#node(name)
    node.incarnation++
    node.up = true
    node.peer = new Peer(defaultConfig(), { self: name, prng: new Prng(node.incarnation, name) })
    node.peer.setTracing(false)
    const stored = [...node.disk].map(([key, value]) => ({ key, value: structuredClone(value) }))
    const { incarnation, offer } = node
    this.step(name, { type: 'start', wallMs: this.now, incarnation, stored, offer, certificate: certificate(name) })
    for (const other of this.#others(name)) this.#connect(name, other)
  }

  kill(name: string): void {
    const node = this.#node(name)
    node.up = false
    node.runs.clear()
    for (const other of this.#others(name)) {
      this.#later(stepMs, () => this.step(other, { type: 'disconnected', peer: name }))
    }
  }

  link(a: string, b: string, up: boolean): void {
    const key = [a, b].sort().join()
    if (up) {
      this.#cut.delete(key)
      this.#connect(a, b)
      return
    }
    this.#cut.add(key)
    this.step(a, { type: 'disconnected', peer: b })
    this.step(b, { type: 'disconnected', peer: a })
  }

  step(name: string, input: PeerInput): void {
    const node = this.#node(name)
    if (!node.up) return
    const out: PeerEffect[] = []
    node.peer.step(input, this.now, out)
    this.#apply(node, out)
  }

  run(ms: number): void {
    const until = this.now + ms
    for (;;) {
      const event = this.#nextEvent()
      const wake = this.#nextWake()
      const at = Math.min(event?.at ?? Infinity, wake?.at ?? Infinity)
      if (at > until) break
      this.now = Math.max(this.now, at)
      if (event?.at === at) {
        this.#events.splice(this.#events.indexOf(event), 1)
        event.act()
      } else this.step(wake!.name, { type: 'wake' })
    }
    this.now = until
  }

  #node(name: string): Node {
    const node = this.#nodes.get(name)
    if (!node) throw new Error(`there is no host ${name} in this scenario`)
    return node
  }

  #others(name: string): string[] {
    return [...this.#nodes.values()].filter((node) => node.name !== name && node.up).map((node) => node.name)
  }

  #linked(a: string, b: string): boolean {
    return this.#node(a).up && this.#node(b).up && !this.#cut.has([a, b].sort().join())
  }

  #connect(a: string, b: string): void {
    for (const [here, peer] of [
      [a, b],
      [b, a],
    ] as const) {
      this.#later(stepMs, () => {
        const { incarnation } = this.#node(peer)
        this.step(here, { type: 'connected', peer, certificate: certificate(peer), incarnation, addresses: [] })
      })
    }
  }

  // ---- time

  #later(ms: number, act: () => void): void {
    this.#events.push({ at: this.now + ms, order: this.#order++, act })
  }

  #nextEvent() {
    return this.#events.reduce<{ at: number; order: number; act: () => void } | undefined>(
      (first, event) =>
        !first || event.at < first.at || (event.at === first.at && event.order < first.order) ? event : first,
      undefined,
    )
  }

  #nextWake(): { name: string; at: number } | undefined {
    let first: { name: string; at: number } | undefined
    for (const { name, peer, up } of this.#nodes.values()) {
      const at = up ? peer.nextWakeup() : undefined
      if (at !== undefined && (!first || at < first.at)) first = { name, at }
    }
    return first
  }

  // ---- drivers

  #apply(node: Node, out: PeerEffect[]): void {
    const frames = new Map<string, Message[]>()
    const life = node.incarnation
    const inThisLife = (ms: number, act: () => void) =>
      this.#later(ms, () => {
        if (node.up && node.incarnation === life) act()
      })
    for (const effect of out) {
      if (effect.type === 'send') frames.set(effect.to, [...(frames.get(effect.to) ?? []), effect.message])
      else if (effect.type === 'publish') this.#publish(node, effect.advert)
      else if (effect.type === 'persist') inThisLife(stepMs, () => this.#write(node, effect))
      else if (effect.type === 'run') this.#execute(node, effect.order, inThisLife)
      else if (effect.type === 'stop') {
        this.#watcher.stop(node.name, effect.task, effect.code)
        const end = effect.code === 'timeout' ? 'timeout' : 'stopped'
        inThisLife(stopMs, () => this.#ran(node, effect.task, end, 0))
      } else if (effect.type === 'reply') this.#watcher.reply(node.name, effect.reply)
    }
    for (const [to, messages] of frames) this.#send(node, to, messages)
  }

  #send(node: Node, to: string, messages: Message[]): void {
    const arrives = this.#linked(node.name, to)
    for (const message of messages) this.#watcher.message(node.name, to, message, arrives)
    if (!arrives) return
    const frame = { incarnation: node.incarnation, load: node.peer.loadStamp(), messages }
    this.#later(stepMs, () => {
      if (this.#linked(node.name, to)) this.step(to, { type: 'frame', from: node.name, frame })
    })
  }

  #publish(node: Node, advert: Advert): void {
    for (const to of this.#others(node.name)) {
      if (this.#linked(node.name, to)) this.#later(stepMs, () => this.step(to, { type: 'gossip', advert }))
    }
  }

  #write(node: Node, { seq, writes }: Extract<PeerEffect, { type: 'persist' }>): void {
    for (const { key, value } of writes) {
      if (value === undefined) node.disk.delete(key)
      else node.disk.set(key, structuredClone(value))
    }
    this.step(node.name, { type: 'persisted', upToSeq: seq })
  }

  /** A task says itself how long it takes, and its exit code. */
  #execute(node: Node, order: RunOrder, inThisLife: (ms: number, act: () => void) => void): void {
    const { task, ballot, record } = order
    this.#watcher.run(node.name, order)
    node.runs.set(task, order)
    const { work } = record.spec
    const [ms, exitCode] = JSON.parse(work.kind === 'function' ? work.args : '[0,0]') as [number, number]
    inThisLife(stepMs, () => this.step(node.name, { type: 'running', task, ballot }))
    inThisLife(stepMs + ms, () => this.#ran(node, task, exitCode === 0 ? 'ok' : 'failed', ms))
  }

  #ran(node: Node, task: string, end: RunResult['end'], runMs: number): void {
    const order = node.runs.get(task)
    if (!order) return
    node.runs.delete(task)
    this.#watcher.ran(node.name, task, end)
    this.step(node.name, { type: 'ran', task, ballot: order.ballot, result: result(end, runMs) })
  }
}

function certificate(peer: string): Certificate {
  const signature = new Uint8Array(0)
  return { mesh: 'mesh', peer, role: 'host', name: peer, issuedWallMs: 0, expiresWallMs: 0, signature }
}

function result(end: RunResult['end'], runMs: number): RunResult {
  const nothing = new Uint8Array(0)
  const exitCode = end === 'ok' ? 0 : 1
  const empty = { message: '', stdout: nothing, stderr: nothing, files: [], droppedBytes: 0 }
  return { end, exitCode, ...empty, runMs, cpuMs: 0, memoryPeakBytes: 0 }
}
