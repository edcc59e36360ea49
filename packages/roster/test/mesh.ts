import { emptyVector, hash64, hashHex, type Millis, Prng } from '@souk/kernel'
import type { Advert, Certificate, LifeProof, MemberUpdate, Offer, PeerId, Removal, RosterMessage } from '@souk/wire'
import {
  type RememberedMember,
  Roster,
  type RosterConfig,
  type RosterEffect,
  type RosterInput,
  rosterDefaults,
} from '../src/index.ts'

export const wallStartMs = 1_700_000_000_000

export function certificateOf(peer: PeerId, part: Partial<Certificate> = {}): Certificate {
  const fixed = { role: 'host', issuedWallMs: wallStartMs, expiresWallMs: 0 } as const
  return { mesh: 'm', peer, name: `name-${peer}`, ...fixed, signature: new Uint8Array(0), ...part }
}

/** Nobody here signs for another; of life 0 there is none. */
export function proofOf(peer: PeerId, incarnation: number): LifeProof {
  return new TextEncoder().encode(incarnation === 0 ? '' : `${peer} ${incarnation}`)
}

export function offerOf(part: Partial<Offer> = {}): Offer {
  const lists: Pick<Offer, 'executors' | 'functions'> = { executors: ['process'], functions: [] }
  const flags = { draining: false, custody: true, priceMilli: 0, summary: '' }
  return { capacity: emptyVector(), labels: {}, ...lists, ...flags, ...part }
}

export function advertOf(peer: PeerId, incarnation: number, seq: number, part: Partial<Advert> = {}): Advert {
  const offer = offerOf({ labels: { seq: `${incarnation}.${seq}` } })
  const facts = { addresses: [`/a/${peer}`], offer, certificate: certificateOf(peer) }
  return { peer, incarnation, proof: proofOf(peer, incarnation), seq, ...facts, signature: new Uint8Array(0), ...part }
}

export function removalOf(peer: PeerId): Removal {
  return { peer, wallMs: wallStartMs, signature: new Uint8Array(0) }
}

export function update(peer: PeerId, state: MemberUpdate['state'], incarnation: number, denial = 0): MemberUpdate {
  return { peer, state, incarnation, proof: proofOf(peer, incarnation), denial }
}

interface LoneStart {
  incarnation?: number
  now?: Millis
  known?: RememberedMember[]
  removed?: Removal[]
}

/** One roster by itself, fed by hand; keeps what it asked for since the last look. */
export class Lone {
  readonly roster: Roster
  now: Millis
  #out: RosterEffect[] = []

  constructor(self: PeerId, config: Partial<RosterConfig> = {}, start: LoneStart = {}) {
    this.now = start.now ?? 0
    this.roster = new Roster({ ...rosterDefaults, ...config }, { self, prng: new Prng(self) })
    const own = { offer: offerOf(), certificate: certificateOf(self), addresses: [`/a/${self}`] }
    const { incarnation = 1, known = [], removed = [] } = start
    const life = { incarnation, proof: proofOf(self, incarnation) }
    this.step({ type: 'start', wallMs: wallStartMs, ...life, known, removed, ...own })
  }

  step(input: RosterInput): RosterEffect[] {
    this.roster.step(input, this.now, this.#out)
    return this.#out
  }

  /** Everything asked for since the last call. */
  effects(): RosterEffect[] {
    const out = this.#out
    this.#out = []
    return out
  }

  connect(peer: PeerId, incarnation = 1, certificate = certificateOf(peer)): void {
    const proof = proofOf(peer, incarnation)
    this.step({ type: 'connected', peer, certificate, incarnation, proof, addresses: [`/a/${peer}`] })
  }

  hear(from: PeerId, message: RosterMessage): void {
    this.step({ type: 'message', from, message })
  }

  /** Rumours, by way of a ping from `from`. */
  rumour(from: PeerId, ...updates: MemberUpdate[]): void {
    this.hear(from, { t: 'ping', nonce: 1, updates })
  }

  gossip(advert: Advert): void {
    this.step({ type: 'gossip', advert })
  }

  /** Wakes it whenever it wants to be until `ms` have passed, with nobody answering. */
  pass(ms: Millis): void {
    const end = this.now + ms
    for (;;) {
      const next = this.roster.nextWakeup()
      if (next === undefined || next > end) break
      this.now = Math.max(this.now, next)
      this.step({ type: 'wake' })
    }
    this.now = end
  }
}

interface Host {
  peer: PeerId
  incarnation: number
  roster: Roster
  up: boolean
  links: Set<PeerId>
}

interface Delivery {
  at: Millis
  order: number
  run: () => void
}

/** N rosters in virtual time, joined by links that delay, lose and can be cut. Same seed, same run. */
export class Mesh {
  now: Millis = 0
  lossOfMessages = 0
  lossOfGossip = 0
  readonly hosts = new Map<PeerId, Host>()
  /** every message that was sent, in order */
  readonly sent: { at: Millis; from: PeerId; to: PeerId; message: RosterMessage }[] = []
  readonly changes: { at: Millis; by: PeerId; peer: PeerId; state: string }[] = []
  #trace = ''
  readonly #seed: string
  readonly #prng: Prng
  readonly #config: RosterConfig
  readonly #cut = new Set<string>()
  #queue: Delivery[] = []
  #order = 0

  constructor(seed: string, config: Partial<RosterConfig> = {}) {
    this.#seed = seed
    this.#prng = new Prng(seed, 'network')
    this.#config = { ...rosterDefaults, ...config }
  }

  get traceHash(): string {
    return this.#trace
  }

  roster(peer: PeerId): Roster {
    return this.hosts.get(peer)!.roster
  }

  states(of: PeerId): (string | undefined)[] {
    return this.up().map((host) => host.roster.get(of)?.state)
  }

  up(): Host[] {
    return [...this.hosts.values()].filter((host) => host.up)
  }

  /** Starts a peer (or its next life) and links it with everybody who is up. */
  start(peer: PeerId, incarnation = 1, links: readonly PeerId[] = this.up().map((h) => h.peer)): Roster {
    const roster = new Roster(this.#config, { self: peer, prng: new Prng(`${this.#seed}/${peer}/${incarnation}`) })
    const host = { peer, incarnation, roster, up: true, links: new Set<PeerId>() }
    this.hosts.set(peer, host)
    const own = { offer: offerOf(), certificate: certificateOf(peer), addresses: [`/a/${peer}`] }
    const proof = proofOf(peer, incarnation)
    this.step(host, { type: 'start', wallMs: wallStartMs + this.now, incarnation, proof, ...own })
    for (const other of links) if (other !== peer) this.link(peer, other)
    return roster
  }

  startMany(count: number): PeerId[] {
    const peers = Array.from({ length: count }, (_, i) => `p${String(i).padStart(2, '0')}`)
    for (const peer of peers) this.start(peer)
    return peers
  }

  link(a: PeerId, b: PeerId): void {
    for (const [x, y] of [
      [this.hosts.get(a)!, this.hosts.get(b)!],
      [this.hosts.get(b)!, this.hosts.get(a)!],
    ] as const) {
      x.links.add(y.peer)
      const { peer, incarnation } = y
      const life = { incarnation, proof: proofOf(peer, incarnation) }
      this.step(x, { type: 'connected', peer, certificate: certificateOf(peer), ...life, addresses: [`/a/${peer}`] })
    }
  }

  /** The link closes, and both ends notice. */
  unlink(a: PeerId, b: PeerId): void {
    for (const [x, y] of [
      [a, b],
      [b, a],
    ] as const) {
      const host = this.hosts.get(x)!
      if (host.links.delete(y) && host.up) this.step(host, { type: 'disconnected', peer: y })
    }
  }

  /** Nothing passes between the two any more, and nobody is told. */
  cut(a: PeerId, b: PeerId): void {
    this.#cut.add(`${a} ${b}`)
    this.#cut.add(`${b} ${a}`)
  }

  heal(): void {
    this.#cut.clear()
  }

  /** Stops without a word; its links stay open at the others, as after a power cut. */
  freeze(peer: PeerId): void {
    this.hosts.get(peer)!.up = false
  }

  thaw(peer: PeerId): void {
    this.hosts.get(peer)!.up = true
  }

  /** The process dies: the others see their links close. */
  kill(peer: PeerId): void {
    this.freeze(peer)
    for (const other of [...this.hosts.keys()]) if (other !== peer) this.unlink(peer, other)
  }

  tell(peer: PeerId, input: RosterInput): void {
    this.step(this.hosts.get(peer)!, input)
  }

  run(ms: Millis): void {
    const end = this.now + ms
    for (;;) {
      const wake = this.#nextWake()
      const delivery = this.#queue[0]
      const at = Math.min(wake?.at ?? Number.POSITIVE_INFINITY, delivery?.at ?? Number.POSITIVE_INFINITY)
      if (at > end) break
      this.now = Math.max(this.now, at)
      if (delivery !== undefined && delivery.at === at) {
        this.#queue.shift()
        delivery.run()
      } else this.step(wake!.host, { type: 'wake' })
    }
    this.now = end
  }

  step(host: Host, input: RosterInput): void {
    const out: RosterEffect[] = []
    host.roster.step(input, this.now, out)
    for (const effect of out) this.#do(host, effect)
  }

  #do(host: Host, effect: RosterEffect): void {
    this.#trace = hashHex(hash64(`${this.#trace}${this.now}${host.peer}${JSON.stringify(effect)}`))
    if (effect.type === 'send') {
      const { to, message } = effect
      this.sent.push({ at: this.now, from: host.peer, to, message })
      if (host.links.has(to))
        this.#deliver(host, to, this.lossOfMessages, { type: 'message', from: host.peer, message })
    } else if (effect.type === 'publish') {
      for (const to of this.hosts.keys()) {
        if (to !== host.peer) this.#deliver(host, to, this.lossOfGossip, { type: 'gossip', advert: effect.advert })
      }
    } else if (effect.type === 'memberChanged') {
      this.changes.push({ at: this.now, by: host.peer, peer: effect.peer, state: effect.state })
    }
  }

  #deliver(from: Host, to: PeerId, loss: number, input: RosterInput): void {
    if (this.#prng.chance(loss)) return
    const at = this.now + 1 + this.#prng.float() * 4
    const target = this.hosts.get(to)!
    const run = () => {
      if (target.up && !this.#cut.has(`${from.peer} ${to}`)) this.step(target, input)
    }
    const delivery = { at, order: this.#order++, run }
    let i = this.#queue.length
    while (i > 0 && this.#queue[i - 1]!.at > at) i--
    this.#queue.splice(i, 0, delivery)
  }

  #nextWake(): { host: Host; at: Millis } | undefined {
    let first: { host: Host; at: Millis } | undefined
    for (const host of this.hosts.values()) {
      if (!host.up) continue
      const at = host.roster.nextWakeup()
      if (at !== undefined && (first === undefined || at < first.at)) first = { host, at }
    }
    return first
  }
}
