import type { Prng } from '@souk/kernel'
import { between, lognormal, type Range } from './distributions.ts'
import type { Cuts } from './faults/cuts.ts'

/** How the network behaves; plain data. Times one way, in ms. */
export interface NetworkShape {
  latencyMsMedian: number
  /** of the log-normal around the median; 0 = constant */
  latencySigma: number
  /** now and then a frame takes `spikeFactor` times as long */
  spikeChance: number
  spikeFactor: number
  /**
   * true: like TCP, what is sent arrives once and in order while the connection stands; loss only delays.
   * false: frames are lost, duplicated and overtake each other.
   */
  reliable: boolean
  lossChance: number
  duplicateChance: number
  /** extra delay of the frames that are held back so that others overtake them */
  reorderChance: number
  reorderMsMax: number
  /** reliable only: how long a lost frame takes to be sent again */
  retransmitMs: Range
  /** how long a connection takes to come up */
  connectMs: Range
  /** a cut longer than this closes the connections across it */
  closeAfterMs: number
  /** how long until the other side hears that a connection is gone: a dead process, a dead host */
  noticeMs: Range
  noticeQuietMs: Range
  /** gossip goes several hops, and is lost at times */
  gossipHops: Range
  gossipLossChance: number
}

/** Decides when (and whether) frames arrive. */
export class Network {
  readonly shape: NetworkShape
  readonly #nodes: number
  readonly #prng: Prng
  readonly #cuts: Cuts
  /** last arrival per ordered pair: later frames of a reliable connection come no earlier */
  readonly #latest: Float64Array
  #faulty = true
  /** filled by `send`: world times at which the frame arrives (none, one, or two) */
  readonly arrivals: number[] = []

  constructor(shape: NetworkShape, nodes: number, prng: Prng, cuts: Cuts) {
    this.shape = shape
    this.#nodes = nodes
    this.#prng = prng
    this.#cuts = cuts
    this.#latest = new Float64Array(nodes * nodes)
  }

  /** From now on nothing is lost, duplicated or held back: the second phase of a run. */
  calm(): void {
    this.#faulty = false
  }

  /** Works out the arrivals of one frame sent now; see `arrivals`. */
  send(from: number, to: number, now: number): readonly number[] {
    this.arrivals.length = 0
    const blockedUntil = this.#cuts.any ? this.#cuts.blockedUntil(from, to) : 0
    if (this.shape.reliable) this.#sendReliable(from, to, now, blockedUntil)
    else if (blockedUntil === 0) this.#sendUnreliable(now)
    return this.arrivals
  }

  /** When gossip published now arrives at one receiver; undefined when it does not. */
  gossip(from: number, to: number, now: number): number | undefined {
    if (this.#cuts.any && this.#cuts.blockedUntil(from, to) > 0) return undefined
    if (this.#faulty && this.#prng.chance(this.shape.gossipLossChance)) return undefined
    return now + this.#latency() * between(this.#prng, this.shape.gossipHops)
  }

  /** A new connection between two nodes owes nothing to the order of an old one. */
  reset(a: number, b: number): void {
    this.#latest[a * this.#nodes + b] = 0
    this.#latest[b * this.#nodes + a] = 0
  }

  #sendReliable(from: number, to: number, now: number, blockedUntil: number): void {
    const { lossChance, retransmitMs } = this.shape
    let at = now + this.#latency()
    if (this.#faulty && this.#prng.chance(lossChance)) at += between(this.#prng, retransmitMs)
    if (blockedUntil > 0) at = Math.max(at, blockedUntil + between(this.#prng, retransmitMs))
    const pair = from * this.#nodes + to
    at = Math.max(at, this.#latest[pair]!)
    this.#latest[pair] = at
    this.arrivals.push(at)
  }

  #sendUnreliable(now: number): void {
    if (!this.#faulty) {
      this.arrivals.push(now + this.#latency())
      return
    }
    const { lossChance, duplicateChance } = this.shape
    if (!this.#prng.chance(lossChance)) this.arrivals.push(now + this.#latency() + this.#holdBack())
    if (this.#prng.chance(duplicateChance)) this.arrivals.push(now + this.#latency() + this.#holdBack())
  }

  #latency(): number {
    const { latencyMsMedian, latencySigma, spikeChance, spikeFactor } = this.shape
    const ms = lognormal(this.#prng, latencyMsMedian, latencySigma)
    return spikeChance > 0 && this.#prng.chance(spikeChance) ? ms * spikeFactor : ms
  }

  #holdBack(): number {
    const { reorderChance, reorderMsMax } = this.shape
    return reorderChance > 0 && this.#prng.chance(reorderChance) ? this.#prng.float() * reorderMsMax : 0
  }
}
