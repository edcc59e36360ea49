import { Deadlines, Prng } from '@souk/kernel'
import type { PeerEffect, PeerInput } from '@souk/peer'
import type { PeerId } from '@souk/wire'
import type { Carriage } from './carriage.ts'
import { Connections } from './connections.ts'
import { DiskProbes } from './disk-probes.ts'
import { lognormal } from './distributions.ts'
import { hashEffect } from './effect-hash.ts'
import type { NodeEvent, SimEvent } from './event.ts'
import { EventQueue } from './event-queue.ts'
import { Cuts } from './faults/cuts.ts'
import type { KillWrites } from './faults/fault.ts'
import { offerOf } from './hosts.ts'
import { checkIdle } from './idle-wakes.ts'
import { askAgainMs, Invitations } from './invitations.ts'
import { Links } from './links.ts'
import { MachineCrash } from './machine-crash.ts'
import { Network } from './network.ts'
import { SimNode } from './node.ts'
import { Post } from './post.ts'
import { Processes } from './processes.ts'
import type { Profile } from './profiles.ts'
import type { Stage } from './stage.ts'
import type { Subject } from './subject.ts'
import { TraceHash } from './trace-hash.ts'
import { Turnover } from './turnover.ts'
import type { Watches } from './watch.ts'

/** How long a peer's driver takes at least from one wake to the next, ms: a due machine must not stop time. */
const wakeMsMin = 0.05
/** A slow node's disk takes so many times as long. */
const slowDiskFactor = 10

export interface WorldOptions {
  seed: number
  peers: number
  profile: Profile
  subject: Subject
  watches: Watches
  carriage: Carriage
}

/** Many peers on one virtual clock: takes the next event, steps its machine, carries out what it says. */
export class World implements Stage {
  now = 0
  readonly nodes: SimNode[]
  readonly network: Network
  readonly connections: Connections
  readonly hash = new TraceHash()
  readonly post: Post
  readonly processes: Processes
  readonly turnover: Turnover
  readonly #invitations: Invitations
  readonly #probes: DiskProbes
  readonly counters = { inputs: 0, effects: 0, crashes: 0 }
  readonly #options: WorldOptions
  readonly watches: Watches
  readonly #queue = new EventQueue<SimEvent>()
  /** at most one pending wake a node */
  readonly #wakes = new Deadlines<SimNode>()
  readonly #root: Prng
  readonly #diskPrng: Prng
  readonly #nodePrng: Prng
  readonly #effects: PeerEffect[] = []
  #stopped = false

  constructor(options: WorldOptions) {
    const { seed, peers, profile, watches } = options
    this.#options = options
    this.watches = watches
    this.#root = new Prng(seed, 'sim')
    this.#diskPrng = this.#root.fork('disk')
    this.#nodePrng = this.#root.fork('node')
    const hostPrng = this.#root.fork('hosts')
    this.nodes = Array.from(
      { length: peers },
      (_, index) => new SimNode(index, offerOf(profile.hosts, index, hostPrng)),
    )
    this.turnover = new Turnover(this, watches, this, options.subject)
    this.#probes = new DiskProbes(this)
    const cuts = new Cuts()
    this.network = new Network(profile.network, peers, this.#root.fork('network'), cuts)
    const links = new Links(peers)
    this.connections = new Connections(this, links, this.network, cuts, this.#root.fork('connections'))
    this.post = new Post(this, links, this.network, options.carriage, watches)
    this.#invitations = new Invitations(this, cuts, this.#root.fork('invitations'))
    this.processes = new Processes(this, watches, this.#root.fork('processes'))
  }

  push(atMs: number, event: SimEvent): void {
    this.#queue.push(atMs, event)
  }

  later(afterMs: number, call: () => void): void {
    this.#queue.push(this.now + afterMs, { kind: 'call', call })
  }

  stop(): void {
    this.#stopped = true
  }

  /** Runs until `stop`, or until nothing is left to happen. Throws MachineCrash. */
  run(): void {
    this.#stopped = false
    while (!this.#stopped && this.step());
  }

  /** The next event or wake; false when there is none. */
  step(): boolean {
    const event = this.#queue.next() ?? Number.POSITIVE_INFINITY
    const wake = this.#wakes.next() ?? Number.POSITIVE_INFINITY
    if (event === Number.POSITIVE_INFINITY && wake === event) return false
    if (event <= wake) {
      this.now = event
      this.#dispatch(this.#queue.pop()!)
    } else {
      this.now = wake
      this.#wake(this.#wakes.popDue(wake)!)
    }
    return true
  }

  indexOf(peer: PeerId): number | undefined {
    return this.turnover.indexOf(peer)
  }

  /** A random source of its own for something that is drawn while the world runs. */
  prng(label: string): Prng {
    return this.#root.fork(label)
  }

  /** A new life for a node that is down. Where its store is of no use, another peer takes its place. */
  start(node: SimNode): void {
    if (node.alive || node.gone) return
    if (this.turnover.mustRenew(node)) this.turnover.renew(node)
    if (node.disk.incarnation === 0 && !this.#invitations.redeem(node)) {
      this.later(askAgainMs, () => this.start(node))
      return
    }
    const { subject, profile } = this.#options
    const peer = subject.makePeer(node.id, this.#root.fork(`${node.id}/${node.incarnation + 1}`))
    node.begin(peer, this.#nodePrng, profile.clockDriftMax)
    node.disk.onWritten = (writes) => this.watches.tell('onWritten', node, writes, this.now)
    this.watches.tell('onStart', node, this.now)
    const { incarnation, proof, offer, certificate } = node
    const [wallMs, stored] = [node.wallMs(this.now), node.disk.entries()]
    this.input(node, {
      type: 'start',
      wallMs,
      incarnation,
      proof,
      stored,
      offer,
      linedFunctions: offer.functions,
      certificate,
    })
    this.connections.considerAll(node)
  }

  /** The peer and its runs are gone at once; its disk keeps what was flushed. Quiet: the others notice late. */
  crash(node: SimNode, { quiet, writes }: { quiet: boolean; writes: KillWrites }): void {
    if (!node.alive) return
    this.processes.onCrash(node)
    this.#wakes.delete(node)
    node.end(this.#diskPrng, writes)
    this.counters.crashes++
    this.connections.onCrash(node, quiet)
    this.watches.tell('onCrash', node, this.now)
  }

  /** Nothing of the peer runs for a while; its runs do, until their guardian sees to it. */
  freeze(node: SimNode, ms: number): void {
    if (!node.alive) return
    node.frozenUntil = this.now + ms
    this.processes.onFreeze(node, ms)
  }

  /** Steps a node's machine and carries out what it says. The node must be up. */
  input(node: SimNode, input: PeerInput): void {
    const peer = node.peer!
    const out = this.#effects
    out.length = 0
    this.counters.inputs++
    this.hash.number(this.now)
    this.hash.number(node.index)
    if (input.type === 'submit') this.watches.tell('onSubmit', node, input, this.now)
    try {
      peer.step(input, node.clock.at(this.now), out)
      this.counters.effects += out.length
      for (let i = 0; i < out.length; i++) this.#carryOut(node, out[i]!)
      this.post.flush(node)
      if (node.disk.begin()) this.#flushLater(node)
      this.#arm(node)
      for (const answer of this.processes.answers()) this.input(node, answer)
    } catch (error) {
      throw error instanceof MachineCrash ? error : new MachineCrash(node.id, input, this.now, error)
    }
  }

  #dispatch(event: SimEvent): void {
    if (event.kind === 'call') event.call()
    else if (event.kind === 'began') this.processes.onBegan(event.run)
    else if (event.kind === 'ended') this.processes.onEnded(event)
    else if (event.kind === 'linkUp') this.#onLinkUp(event)
    else if (event.node.life === event.life) this.#onNodeEvent(event)
  }

  /** What is meant for a frozen node waits until it thaws, in order. */
  #onNodeEvent(event: NodeEvent): void {
    const { node } = event
    if (node.frozenUntil > this.now) this.#queue.push(node.frozenUntil, event)
    else if (event.kind === 'lagged') this.#handle(event.event)
    else if (node.lagMs > 0 || node.laggedUntil > this.now) {
      node.laggedUntil = Math.max(node.laggedUntil, this.now + node.lagMs)
      this.#queue.push(node.laggedUntil, { kind: 'lagged', node, life: node.life, event })
    } else this.#handle(event)
  }

  #handle(event: NodeEvent): void {
    const { node } = event
    if (event.kind === 'input') this.input(node, event.input)
    else if (event.kind === 'flushed') this.#onFlushed(node)
    else if (event.kind === 'linkDown') this.connections.onDown(event)
    else if (event.kind === 'frame') this.#onFrame(event)
  }

  #onLinkUp(event: Extract<SimEvent, { kind: 'linkUp' }>): void {
    const thaw = Math.max(event.a.frozenUntil, event.b.frozenUntil)
    if (thaw > this.now) this.#queue.push(thaw, event)
    else this.connections.onUp(event.a, event.b)
  }

  #onFlushed(node: SimNode): void {
    const answer = node.disk.finish()
    this.#probes.onFlushed(node, answer)
    this.input(node, answer)
  }

  #onFrame({ node, from, epoch, frame }: Extract<SimEvent, { kind: 'frame' }>): void {
    if (this.connections.brings(node, from, epoch)) this.input(node, { type: 'frame', from: from.id, frame })
  }

  #wake(node: SimNode): void {
    if (node.frozenUntil > this.now) {
      this.#wakes.set(node, node.frozenUntil)
      return
    }
    this.input(node, { type: 'wake' })
    checkIdle(node, this.#effects.length === 0, this.now)
  }

  #arm(node: SimNode): void {
    const due = node.peer!.nextWakeup()
    if (due === undefined) this.#wakes.delete(node)
    else this.#wakes.set(node, Math.max(node.clock.toWorld(due) + node.lagMs, this.now + wakeMsMin))
  }

  #carryOut(node: SimNode, effect: PeerEffect): void {
    hashEffect(this.hash, effect)
    switch (effect.type) {
      case 'send':
        this.post.add(node, effect.to, effect.message)
        break
      case 'publish':
        this.post.publish(node, effect.advert)
        break
      case 'persist':
        node.disk.persist(effect.seq, effect.writes)
        break
      case 'run':
      case 'lineUp':
      case 'takeBack':
      case 'stop':
        this.processes.carryOut(node, effect)
        break
      case 'reply':
        this.watches.tell('onReply', node, effect.client, effect.reply, this.now)
        break
      case 'trace':
        this.watches.tell('onTrace', node, effect.event, this.now)
        if ((effect.event.type as string) === 'store.behind') this.turnover.onBehind(node)
        break
      case 'expel':
        if (effect.removal.peer === node.id) this.turnover.onRemoved(node)
        else this.connections.onExpel(node, effect.removal)
        break
      default:
        // Nothing is warmed up or started.
        effect.type satisfies 'warm' | 'scale'
    }
  }

  #flushLater(node: SimNode): void {
    const { diskMsMedian, diskSigma } = this.#options.profile
    const ms = lognormal(this.#diskPrng, diskMsMedian, diskSigma) * (node.lagMs > 0 ? slowDiskFactor : 1)
    this.#queue.push(this.now + ms, { kind: 'flushed', node, life: node.life })
  }
}
