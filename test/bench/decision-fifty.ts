import { emptyVector, Prng } from '@souk/kernel'
import { defaultConfig, Peer, type PeerConfig, type PeerEffect, type PeerInput } from '@souk/peer'
import { plainDraft, type TaskClass } from '@souk/sim'
import {
  type Certificate,
  decodeFrame,
  emptyResult,
  encodeFrames,
  type Message,
  type Offer,
  type PeerId,
} from '@souk/wire'
import { quantile } from './report.ts'

const bidders = 50
/** What comes before the sample: code that gets compiled. */
const warmUp = 50
/** By the peers' clock, ms: until all have met; between two tasks, so that no timer runs during a decision. */
const meetMs = 2000
const apartMs = 100
/** Time goes on at least so far from one wake to the next, ms. */
const clockStepMs = 0.05

const origin: PeerId = 'origin'
/** Of everybody; nobody checks it here. */
const firstLife = { incarnation: 1, proof: new Uint8Array(64) }
const taskClass: TaskClass = {
  name: 'bench',
  weight: 1,
  duration: { kind: 'fixed', ms: 1000 },
  cpuMilli: 1000,
  memoryBytes: 2 ** 30,
  slots: 1,
}

/**
 * What deciding among the bids of fifty peers takes: the real peer machines, every frame through the real codec. All fifty
 * are asked and all their bids awaited (by default 8 are, and 3 are enough). A decision is from the submit at a peer
 * without slots until its award; it takes what that peer does itself (its steps, encoding 50 quotes and 3 copies of the
 * record, decoding 50 bids and the custodians' answers) and the slowest single bidder (decoding, bidding, encoding), since
 * they work side by side on their own hosts. What the network takes is not in it.
 */
export function fiftyBids(count: number): { figures: Record<string, number>; detail: Record<string, number> } {
  const table = new Table()
  const spent: Spent[] = []
  for (let i = 0; i < warmUp + count; i++) {
    const one = table.decide(i)
    if (i >= warmUp) spent.push(one)
  }
  const decisionsMs = spent.map(({ originMs, slowestBidderMs }) => originMs + slowestBidderMs)
  const quantileOf = (pick: (one: Spent) => number): number => quantile(spent.map(pick), 0.5)
  return {
    figures: { decision_50_p50_ms: quantile(decisionsMs, 0.5), decision_50_p99_ms: quantile(decisionsMs, 0.99) },
    detail: {
      decisions_50: count,
      decision_50_origin_p50_ms: quantileOf(({ originMs }) => originMs),
      decision_50_slowest_bidder_p50_ms: quantileOf(({ slowestBidderMs }) => slowestBidderMs),
    },
  }
}

/** What one decision took. */
interface Spent {
  originMs: number
  slowestBidderMs: number
}

interface Seat {
  peer: Peer
  /** what it has spent since the last submit, ms */
  spentMs: number
}

interface Told {
  from: PeerId
  to: PeerId
  bytes: Uint8Array
}

/** An origin and fifty hosts in one process, on one clock: what one says reaches the other at once, as bytes. */
class Table {
  readonly #seats = new Map<PeerId, Seat>()
  readonly #told: Told[] = []
  #now = 0
  #bids = 0
  #spent: Spent | undefined

  constructor() {
    const ids = [origin, ...Array.from({ length: bidders }, (_, i) => `host-${String(i).padStart(2, '0')}`)]
    for (const id of ids) {
      const peer = new Peer(configAskingAll(), { self: id, prng: new Prng(1, id) })
      peer.setTracing(id === origin)
      this.#seats.set(id, { peer, spentMs: 0 })
    }
    for (const id of ids) {
      const offer = offerOf(id === origin ? 0 : 8)
      this.#step(id, {
        type: 'start',
        wallMs: 0,
        ...firstLife,
        stored: [],
        offer,
        linedFunctions: [],
        certificate: certificateOf(id),
      })
    }
    for (const id of ids) {
      for (const peer of ids) {
        if (peer === id) continue
        this.#step(id, { type: 'connected', peer, certificate: certificateOf(peer), ...firstLife, addresses: [] })
      }
    }
    this.#settle()
    this.#pass(meetMs)
  }

  /** Submits a task, lets it be awarded and run. Throws when it was not decided among all bids. */
  decide(index: number): Spent {
    this.#pass(apartMs)
    for (const seat of this.#seats.values()) seat.spentMs = 0
    this.#bids = 0
    this.#spent = undefined
    const { nonce, spec } = plainDraft(1, index, taskClass, 1)
    this.#step(origin, { type: 'submit', client: index + 1, tasks: [{ tag: 0, nonce, spec }] })
    this.#settle()
    if (!this.#spent) throw new Error('the task was not awarded')
    return this.#spent
  }

  /** So much time goes by; what is due in it happens. */
  #pass(ms: number): void {
    const untilMs = this.#now + ms
    for (;;) {
      let next = untilMs
      for (const { peer } of this.#seats.values()) next = Math.min(next, peer.nextWakeup() ?? untilMs)
      this.#now = Math.max(this.#now, next)
      if (next >= untilMs) return
      for (const [id, { peer }] of this.#seats) {
        if ((peer.nextWakeup() ?? Number.POSITIVE_INFINITY) <= this.#now) this.#step(id, { type: 'wake' })
      }
      this.#settle()
      this.#now += clockStepMs
    }
  }

  /** Delivers until nobody has anything to say. */
  #settle(): void {
    for (let told = this.#told.shift(); told !== undefined; told = this.#told.shift()) {
      const { from, to, bytes } = told
      const began = performance.now()
      const decoded = decodeFrame(bytes)
      this.#seats.get(to)!.spentMs += performance.now() - began
      if (!decoded.ok || decoded.value.rejected.length > 0) throw new Error(`a frame does not decode at ${to}`)
      const { frame } = decoded.value
      if (to === origin) for (const { t } of frame.messages) if (t === 'bid') this.#bids++
      this.#step(to, { type: 'frame', from, frame })
    }
  }

  /** One turn of a peer, with the encoding of what it says. */
  #step(id: PeerId, input: PeerInput): void {
    const seat = this.#seats.get(id)!
    const out: PeerEffect[] = []
    const began = performance.now()
    seat.peer.step(input, this.#now, out)
    const boxes = new Map<PeerId, Message[]>()
    for (const effect of out) {
      if (effect.type !== 'send') continue
      const box = boxes.get(effect.to)
      if (box === undefined) boxes.set(effect.to, [effect.message])
      else box.push(effect.message)
    }
    for (const [to, messages] of boxes) {
      const { frames } = encodeFrames({ incarnation: 1, load: seat.peer.loadStamp(), messages })
      for (const bytes of frames) this.#told.push({ from: id, to, bytes })
    }
    seat.spentMs += performance.now() - began
    for (const effect of out) this.#carryOut(id, effect)
  }

  /** The disk and the executor answer at once. There is no gossip: adverts come when links open. */
  #carryOut(id: PeerId, effect: PeerEffect): void {
    if (effect.type === 'persist') this.#step(id, { type: 'persisted', upToSeq: effect.seq })
    else if (effect.type === 'run') {
      const { task, ballot } = effect.order
      this.#step(id, { type: 'running', task, ballot })
      this.#step(id, { type: 'ran', task, ballot, result: { ...emptyResult('ok', 0, ''), runMs: 1000 } })
    } else if (effect.type === 'trace' && effect.event.type === 'task.awarded') this.#onAward()
  }

  #onAward(): void {
    if (this.#bids !== bidders) throw new Error(`decided among ${this.#bids} bids instead of ${bidders}`)
    const others = [...this.#seats].flatMap(([id, { spentMs }]) => (id === origin ? [] : [spentMs]))
    this.#spent = { originMs: this.#seats.get(origin)!.spentMs, slowestBidderMs: Math.max(...others) }
  }
}

function configAskingAll(): PeerConfig {
  const config = defaultConfig()
  return { ...config, market: { ...config.market, askAllMax: bidders, bidsEnough: bidders } }
}

function offerOf(slots: number): Offer {
  return {
    capacity: { ...emptyVector(), cpuMilli: 1000 * slots, memoryBytes: 2 ** 30 * slots, slots },
    labels: { zone: 'a', region: 'north', 'model.none': 'yes' },
    executors: ['process', 'function'],
    functions: ['work'],
    draining: false,
    custody: true,
    priceMilli: 10,
    summary: `${slots} slots`,
  }
}

function certificateOf(peer: PeerId): Certificate {
  const signature = new Uint8Array(64)
  return { mesh: 'bench', peer, role: 'host', name: peer, issuedWallMs: 0, expiresWallMs: 0, signature }
}
