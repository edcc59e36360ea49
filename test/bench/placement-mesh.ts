import { defaultHostConfig, Host, type HostEffect } from '@souk/host'
import type { Prng, ResourceRequest } from '@souk/kernel'
import {
  Auctioneer,
  type AuctioneerEffect,
  type AuctioneerInput,
  Bidder,
  type BidderEffect,
  type CandidateView,
  type MarketConfig,
  type MembersView,
  Packing,
  ZoneClaims,
} from '@souk/market'
import { type MessageOf, type Offer, type PeerId, plainSpec, type TaskRecord } from '@souk/wire'
import type { TraceHost } from './placement-data.ts'

/** of every message, one way, in simulated ms */
const wayMs = 1
/** between tasks: nothing of one is under way when the next comes */
const gapMs = 1_000

interface Peer {
  id: PeerId
  auctioneer: Auctioneer
  bidder: Bidder
  host: Host
}

type Letter = { from: Peer; to: Peer; message: MessageOf<'quote' | 'bid' | 'noBid' | 'over'> }

/**
 * Peers as the market sees them: each with its real auctioneer, bidder, packing and host, and nothing between them but
 * the time that messages take. Who is a member and what each offers is known to all, as adverts make it.
 */
export class PlacementMesh {
  readonly #peers: Peer[]
  readonly #byId: ReadonlyMap<PeerId, Peer>
  #letters: Letter[] = []
  /** the task that is being placed */
  #record: TaskRecord | undefined
  #now = 0
  /** thousandths of devices that are taken */
  takenMilli = 0
  placed = 0
  /** quotes and their answers; batons and theirs */
  messages = 0
  /** in one round */
  askedMost = 0

  constructor(hosts: readonly TraceHost[], config: MarketConfig, prng: Prng) {
    const offers = hosts.map(offerOf)
    const members = membersOf(offers)
    this.#peers = offers.map((offer, i) => peerOf(idOf(i), offer, members, config, prng))
    this.#byId = new Map(this.#peers.map((peer) => [peer.id, peer]))
    for (const [i, { host }] of this.#peers.entries()) {
      const { capacity, gpus } = offers[i]!
      host.step({ type: 'capacity', capacity, gpus }, 0, [])
    }
  }

  /** One task, submitted to one of the peers. Where it finds no place at once it is dropped. */
  submit(at: number, task: string, request: ResourceRequest): void {
    const peer = this.#peers[at]!
    this.#now += gapMs
    this.#record = recordOf(task, request, peer.id)
    this.#auction(peer, { type: 'waiting', record: this.#record })
    this.#auction(peer, { type: 'wake' })
    while (this.#letters.length > 0) this.#deliver()
    this.#auction(peer, { type: 'withdrawn', task })
  }

  #deliver(): void {
    const letters = this.#letters
    this.#letters = []
    this.#now += wayMs
    for (const { from, to, message } of letters) {
      this.messages++
      if (message.t === 'quote') this.#bid(to, from, message)
      else if (message.t !== 'over') this.#auction(to, { type: 'message', from: from.id, message })
    }
  }

  #auction(peer: Peer, input: AuctioneerInput): void {
    const out: AuctioneerEffect[] = []
    peer.auctioneer.step(input, this.#now, out)
    for (const effect of out) {
      if (effect.type === 'send') {
        const { message } = effect
        if (message.t !== 'given') this.#letters.push({ from: peer, to: this.#peerOf(effect.to), message })
      } else if (effect.type === 'asked') this.askedMost = Math.max(this.askedMost, effect.asked)
      else if (effect.type === 'keep') this.#take(peer)
      else if (effect.type === 'award') {
        this.messages += 2
        this.#take(this.#peerOf(effect.to.peer))
      }
    }
  }

  #bid(peer: Peer, asker: Peer, message: MessageOf<'quote'>): void {
    const out: BidderEffect[] = []
    peer.bidder.step({ type: 'asked', from: asker.id, message }, this.#now, out)
    for (const effect of out) {
      if (effect.type !== 'send') continue
      const { message: answer } = effect
      if (answer.t === 'bid' || answer.t === 'noBid') this.#letters.push({ from: peer, to: asker, message: answer })
    }
  }

  #take(peer: Peer): void {
    const record = this.#record!
    const out: HostEffect[] = []
    const ballot = { counter: 1, peer: peer.id, incarnation: 1 }
    peer.host.step({ type: 'take', record, alternative: 0, ballot, attempt: 1, leased: true }, this.#now, out)
    const run = out.find((effect) => effect.type === 'run')
    if (!run) throw new Error(`${peer.id} bid for ${record.id} and has no room for it`)
    this.takenMilli += run.gpuDevices.length * record.spec.request.gpu.milli
    this.placed++
  }

  #peerOf(id: PeerId): Peer {
    return this.#byId.get(id)!
  }
}

const idOf = (index: number): PeerId => `host-${String(index).padStart(4, '0')}`

function offerOf({ name, capacity, gpus }: TraceHost): Offer {
  return {
    capacity,
    gpus,
    labels: {},
    executors: ['process'],
    functions: [],
    draining: false,
    custody: true,
    priceMilli: 0,
    summary: name,
  }
}

function membersOf(offers: readonly Offer[]): MembersView {
  const candidates: CandidateView[] = offers.map((offer, i) => ({
    peer: idOf(i),
    incarnation: 1,
    reachable: true,
    offer,
  }))
  const byId = new Map(candidates.map((candidate) => [candidate.peer, candidate]))
  const candidate = (peer: PeerId) => byId.get(peer)
  const zones = () => candidates.map(({ peer }) => ({ peer, zone: peer, reachable: true }))
  const ways = { rttP95: () => 2 * wayMs, bytesPerMs: () => undefined }
  return { version: 1, candidates: () => candidates, candidate, zones, zoneMates: () => 1, ...ways }
}

function peerOf(self: PeerId, offer: Offer, members: MembersView, config: MarketConfig, seed: Prng): Peer {
  const prng = seed.fork(self)
  const host = new Host(defaultHostConfig, {
    devices: (request) => packing.fitting(request)?.devices,
    meanMs: () => undefined,
    linesUp: () => false,
  })
  const local = {
    offer: () => offer,
    free: () => host.free,
    room: (request: ResourceRequest, limit: number) => host.room(request, limit),
    queued: () => host.queued,
    promised: () => false,
    pressure: () => undefined,
    unsure: () => false,
    lent: () => 0,
    running: () => host.running,
    ties: () => host.ties,
    warmth: () => undefined,
    work: (limit: number, now: number) => host.work(limit, now),
    quotas: () => host.quotas,
  }
  const packing = new Packing(config, local)
  const loads = { free: () => undefined, awarded: () => {} }
  const bearers = { waiting: () => [] }
  const claims = new ZoneClaims(config)
  return {
    id: self,
    host,
    bidder: new Bidder(config, { prng: prng.fork('bidder'), members, local, bearers, loads, packing, claims }),
    auctioneer: new Auctioneer(config, { self, prng: prng.fork('auctioneer'), members, local, loads, packing, claims }),
  }
}

function recordOf(id: string, request: ResourceRequest, origin: PeerId): TaskRecord {
  return {
    id,
    spec: plainSpec({ name: id, class: 'bench', work: { kind: 'process', argv: ['true'], env: {} }, request }),
    origin,
    submittedWallMs: 0,
    custodians: [origin],
    version: 1,
  }
}
