import type { StoredBlobs } from '@souk/custody'
import { earliest, type Machine, type Millis, type Prng, type WallMillis } from '@souk/kernel'
import { type MarketConfig, planTasksOf } from '@souk/market'
import {
  type Ballot,
  type Certificate,
  type Frame,
  type LoadStamp,
  limits,
  type Offer,
  type PeerId,
  specBytes,
  type TaskId,
} from '@souk/wire'
import { blobsOf } from './blobs-of.ts'
import type { PeerConfig } from './config.ts'
import type { PeerEffect } from './effects.ts'
import { emptyOffer } from './empty-offer.ts'
import type { NamedTask, PeerInput, Submission } from './inputs.ts'
import { introductions } from './introductions.ts'
import { Machines } from './machines.ts'
import { Outlet } from './outlet.ts'
import { Router } from './router.ts'
import { type PeerSnapshot, peerSnapshot } from './snapshot.ts'
import { decideTenantFull } from './tenant-full.ts'

/** What local clients want. */
type ClientInput = Extract<PeerInput, { client: unknown }>

/**
 * The whole peer as one machine: inputs of one host in, effects of one host out.
 *
 * It owns the configuration, routes between the machines of layer 2 (see `router.ts`), and is the one source of trace
 * events. Inputs: `inputs.ts`. Effects: `effects.ts`. Nothing else goes in or out.
 */
export class Peer implements Machine<PeerInput, PeerEffect> {
  readonly #machines: Machines
  readonly #outlet: Outlet
  readonly #router: Router
  readonly #waitingMax: MarketConfig['tenantWaitingMax']
  #certificate: Certificate | undefined
  #startedWallMs: WallMillis = 0
  #load: LoadStamp = { seq: 0, waiting: 0, freeSlots: 0, running: 0, draining: false, saidMs: 0 }

  constructor(config: PeerConfig, { self, prng }: { self: PeerId; prng: Prng }) {
    this.#machines = new Machines(config, { self, prng, offer: emptyOffer() })
    this.#outlet = new Outlet(self)
    this.#waitingMax = config.market.tenantWaitingMax
    this.#router = new Router(this.#machines, this.#outlet, config)
  }

  step(input: PeerInput, now: Millis, out: PeerEffect[]): void {
    this.#outlet.begin(now, out)
    this.#on(input, now)
    this.#router.settle()
  }

  nextWakeup(): Millis | undefined {
    return earliest(this.#machines.nextWakeup(), this.#outlet.nextWakeup())
  }

  /** How loaded this peer is now; the driver puts it into every frame. */
  loadStamp(): LoadStamp {
    const { auctioneer, host, offer } = this.#machines
    const load = this.#load
    const waiting = auctioneer.waiting
    const freeSlots = host.queued > 0 ? 0 : Math.max(0, host.free.slots)
    const running = host.running
    const { draining } = offer
    const same =
      load.waiting === waiting && load.freeSlots === freeSlots && load.running === running && load.draining === draining
    const seq = same ? load.seq : (load.seq + 1) >>> 0
    this.#load = { seq, waiting, freeSlots, running, draining, saidMs: Math.floor(this.#outlet.now) }
    return this.#load
  }

  /** When this run has to stop unless its lease is confirmed before; undefined: it does not run here by this ballot. */
  runsUntilMs(task: TaskId, ballot: Ballot): Millis | undefined {
    return this.#machines.bearer.runsUntilMs(task, ballot)
  }

  /** Who would keep this task, were it submitted now; undefined: it would be refused. */
  custodiansOf({ nonce, drawable = false, choosy = false, spec }: Submission): readonly PeerId[] | undefined {
    return this.#machines.submitter.custodiansOf({ nonce, drawable, choosy, spec })
  }

  /** Why a client that has just made up this key had better make another, as a choosy submit would be refused; if so. */
  whyUnlucky({ nonce, spec }: NamedTask): { code: string; message: string } | undefined {
    return this.#machines.submitter.whyUnlucky({ nonce, drawable: false, choosy: true, spec })
  }

  /** Who keeps a task that is kept here too. */
  keepersOf(task: TaskId): readonly PeerId[] {
    return this.#machines.custodian.find(task)?.record.custodians ?? []
  }

  /** Certificates of the members that one who joins through this peer has to know. */
  introductions(): readonly Certificate[] {
    return introductions(this.#machines.roster.members(), this.#machines.self)
  }

  /** Every blob that a task which is kept here names, and who had it first. */
  blobsKept(): Iterable<StoredBlobs> {
    return blobsOf(this.#machines.custodian.tasks())
  }

  /** Trace effects are built only while somebody reads them. Counters are kept always. */
  setTracing(on: boolean): void {
    this.#outlet.tracing = on
  }

  /** Nothing runs or waits to run here; after `leave` the driver may stop. */
  get quiet(): boolean {
    return this.#machines.host.running === 0 && this.#machines.host.queued === 0
  }

  snapshot(): PeerSnapshot {
    const said = {
      certificate: this.#certificate,
      startedWallMs: this.#startedWallMs,
      load: this.loadStamp(),
      drain: this.#machines.drain.progress(this.#outlet.now),
      counters: this.#outlet.counters.snapshot(),
    }
    return peerSnapshot(this.#machines, said)
  }

  #on(input: PeerInput, now: Millis): void {
    const router = this.#router
    switch (input.type) {
      case 'start':
        this.#onStart(input)
        break
      case 'wake':
        break
      case 'connected':
        this.#onConnected(input)
        break
      case 'disconnected':
        this.#onDisconnected(input)
        break
      case 'frame':
        this.#onFrame(input.from, input.frame)
        break
      case 'gossip':
      case 'addresses':
      case 'lag':
        router.stepRoster(input)
        break
      case 'persisted':
      case 'persistFailed':
        router.stepCustodian(input)
        break
      case 'running':
      case 'ran':
        router.stepHost(input)
        break
      case 'measured':
        router.stepHost({ ...input, awaited: this.#machines.awaited })
        break
      case 'output':
        this.#onOutput(input, now)
        break
      case 'offer':
        this.#onOffer({ ...input.offer, draining: this.#machines.offer.draining })
        break
      case 'drain':
        this.#onOffer({ ...this.#machines.offer, draining: input.on })
        router.stepDrain(input)
        break
      case 'leave':
        this.#onLeave(input)
        break
      default:
        this.#onClient(input)
    }
  }

  #onClient(input: ClientInput): void {
    const router = this.#router
    switch (input.type) {
      case 'submit':
        for (const task of input.tasks) this.#onSubmission(input.client, task)
        break
      case 'cancel':
      case 'query':
      case 'follow':
        router.stepDesk(input)
        break
      case 'list': {
        const { type, client, everywhere, ...query } = input
        router.stepDesk({ type, client, query, everywhere })
        break
      }
      case 'plan': {
        const { client, assumedMs, afters } = input
        const tasks = planTasksOf(input.tasks, afters)
        router.stepPlanner({ type: 'plan', client, tasks, assumedMs })
        break
      }
      case 'gone':
        router.stepDesk(input)
        router.stepPlanner(input)
        router.stepSubmitter(input)
        break
    }
  }

  #onDisconnected(input: Extract<PeerInput, { type: 'disconnected' }>): void {
    this.#outlet.trace({ type: 'link.down', peer: input.peer })
    this.#machines.loads.delete(input.peer)
    this.#machines.unheard.delete(input.peer)
    this.#router.stepRoster(input)
    this.#router.stepDependencies({ type: 'linkChanged', peer: input.peer })
  }

  #onOutput(input: Extract<PeerInput, { type: 'output' }>, now: Millis): void {
    const { task, stream, offset, data } = input
    this.#router.stepHost(input)
    this.#machines.followers.onOutput(task, { stream, offset, data }, now, (to, message) =>
      this.#outlet.send(to, message),
    )
  }

  #onLeave(input: Extract<PeerInput, { type: 'leave' }>): void {
    const router = this.#router
    this.#outlet.trace({ type: 'peer.leaving' })
    this.#outlet.leave()
    router.stepBidder(input)
    router.stepBearer(input)
    router.stepRoster(input)
  }

  #onStart(input: Extract<PeerInput, { type: 'start' }>): void {
    const router = this.#router
    const { wallMs, incarnation, proof, stored, certificate } = input
    const offer = this.#machines.asOffered(input.offer)
    this.#startedWallMs = wallMs
    this.#certificate = certificate
    this.#machines.incarnation = incarnation
    this.#machines.offer = offer
    this.#outlet.trace({ type: 'peer.started', incarnation, stored: stored.length })
    router.stepCustodian({ type: 'start', wallMs, incarnation, stored })
    const known = this.#machines.memberLog.load(stored)
    router.stepRoster({ type: 'start', wallMs, incarnation, proof, offer, certificate, addresses: [], known })
    router.stepHost({ type: 'capacity', capacity: offer.capacity, gpus: offer.gpus })
    router.stepSubmitter({ type: 'start', wallMs, incarnation })
    router.stepBearer({ type: 'start', wallMs, incarnation })
    router.stepAuctioneer({ type: 'start', wallMs })
    router.stepDependencies({ type: 'start', wallMs })
    router.stepGangs({ type: 'start', wallMs })
  }

  #onConnected(input: Extract<PeerInput, { type: 'connected' }>): void {
    const router = this.#router
    const { peer, incarnation, certificate } = input
    this.#outlet.trace({ type: 'link.up', peer, name: certificate.name })
    this.#machines.marketChanged = true
    router.stepRoster(input)
    // An old disk, by what is known of that peer: it is told so, and gets nothing that was meant for that life of it.
    if (incarnation < (this.#machines.roster.get(peer)?.incarnation ?? incarnation)) return
    router.stepCustodian({ type: 'bearerRestarted', peer, incarnation })
    router.stepBearer({ type: 'connected', peer, incarnation })
    router.stepDependencies({ type: 'linkChanged', peer })
  }

  #onFrame(from: PeerId, frame: Frame): void {
    const router = this.#router
    this.#outlet.counters.add('frames.in')
    if (this.#machines.loads.set(from, frame.load, this.#outlet.now)) this.#machines.loadsChanged = true
    const life = { peer: from, incarnation: frame.incarnation }
    for (const message of frame.messages) router.onMessage(life, message)
  }

  #onSubmission(client: number, { tag, nonce, drawable = false, choosy = false, spec }: Submission): void {
    const size = specBytes(spec)
    if (size > limits.specBytesMax) {
      const message = `the task takes about ${size} bytes, at most ${limits.specBytesMax} travel with it; give large input as files or through standard input`
      this.#outlet.refuse(client, tag, 'task-too-large', message)
      return
    }
    const full = decideTenantFull(this.#machines, this.#waitingMax, { nonce, spec })
    if (full !== undefined) {
      this.#outlet.refuse(client, tag, 'quota', full)
      return
    }
    this.#router.stepSubmitter({ type: 'submit', client, tag, nonce, drawable, choosy, spec })
  }

  #onOffer(given: Offer): void {
    const offer = this.#machines.asOffered(given)
    this.#machines.offer = offer
    this.#machines.marketChanged = true
    this.#router.stepHost({ type: 'capacity', capacity: offer.capacity, gpus: offer.gpus })
    this.#router.stepRoster({ type: 'offer', offer })
  }
}
