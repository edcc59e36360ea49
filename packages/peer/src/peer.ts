import type { StoredBlobs } from '@souk/custody'
import { earliest, type Machine, type Millis, type Prng, type WallMillis } from '@souk/kernel'
import { type MarketConfig, planTasksOf } from '@souk/market'
import type { ClassReport } from '@souk/scaling'
import type { Ballot, Certificate, Frame, LoadStamp, PeerId, TaskId } from '@souk/wire'
import { blobsOf } from './blobs-of.ts'
import type { PeerConfig } from './config.ts'
import { tellDrain } from './drain-routes.ts'
import type { PeerEffect } from './effects.ts'
import { emptyOffer } from './empty-offer.ts'
import type { NamedTask, PeerInput, Submission } from './inputs.ts'
import { introductions } from './introductions.ts'
import { Machines } from './machines.ts'
import { takeOffer } from './offer-routes.ts'
import { Outlet } from './outlet.ts'
import { OwnLoad } from './own-load.ts'
import { takeReading } from './reading-routes.ts'
import { decideRefusedSubmit } from './refused-submit.ts'
import { Router } from './router.ts'
import { type PeerSnapshot, peerSnapshot } from './snapshot.ts'
import { startMachines } from './start-machines.ts'

/** Inputs of local clients. */
type ClientInput = Extract<PeerInput, { client: unknown }>

/**
 * The whole peer as one machine, stepped by a driver (`runtime` or `sim`): what one host hears goes in, what it does comes out.
 *
 * It owns the machines of layer 2 and their configuration, routes between them (`router.ts`), and is the one source of trace
 * events. Inputs: `inputs.ts`. Effects: `effects.ts`. Nothing else goes in or out.
 */
export class Peer implements Machine<PeerInput, PeerEffect> {
  readonly #machines: Machines
  readonly #outlet: Outlet
  readonly #router: Router
  readonly #waitingMax: MarketConfig['tenantWaitingMax']
  #certificate: Certificate | undefined
  #startedWallMs: WallMillis = 0
  readonly #load = new OwnLoad()

  constructor(config: PeerConfig, { self, prng }: { self: PeerId; prng: Prng }) {
    this.#outlet = new Outlet(self, config.traceLog)
    this.#machines = new Machines(config, { self, prng, offer: emptyOffer(), log: this.#outlet.log })
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
    return this.#load.stamp(this.#machines, this.#outlet.now)
  }

  /** When this run has to stop unless its lease is renewed before; undefined: no run of the task is here under this ballot. */
  runsUntilMs(task: TaskId, ballot: Ballot): Millis | undefined {
    const { bearer, backups } = this.#machines
    return backups.runsUntilMs(task, ballot) ?? bearer.runsUntilMs(task, ballot)
  }

  /** Custodians that this task would get if it were submitted now; undefined: it would be refused. */
  custodiansOf({ nonce, drawable = false, choosy = false, spec }: Submission): readonly PeerId[] | undefined {
    return this.#machines.submitter.custodiansOf({ nonce, drawable, choosy, spec })
  }

  /** Why a choosy submit with this key would be refused, so that the client makes up another; undefined: it would not be. */
  whyUnlucky({ nonce, spec }: NamedTask): { code: string; message: string } | undefined {
    return this.#machines.submitter.whyUnlucky({ nonce, drawable: false, choosy: true, spec })
  }

  /** Custodians of a task that this peer is a custodian of; none if it is not. */
  keepersOf(task: TaskId): readonly PeerId[] {
    return this.#machines.custodian.find(task)?.record.custodians ?? []
  }

  /** Certificates of the members that a peer which joins through this one has to know. */
  introductions(): readonly Certificate[] {
    return introductions(this.#machines.roster.members(), this.#machines.self)
  }

  /** Number of peers removed from the mesh, as far as this one has heard. */
  get removedCount(): number {
    return this.#machines.roster.removed.peers.length
  }

  /** Every blob named by a task that is kept here, and the peers that had it first. */
  blobsKept(): Iterable<StoredBlobs> {
    return blobsOf(this.#machines.custodian.tasks())
  }

  /** Demand on this host by class (`only`: of one), its forecast and the warm workers; the latest `buckets`. */
  demand(wanted: { buckets: number; only?: string | undefined }): ClassReport[] {
    return this.#machines.demand.report(wanted, this.#outlet.now)
  }

  /** Which trace events become effects: they are built only while somebody wants them. Counters are always kept. */
  setTracing(tracing: Outlet['tracing']): void {
    this.#outlet.tracing = tracing
  }

  /** Nothing runs or queues here: after `leave` the driver may stop. */
  get quiet(): boolean {
    return this.#machines.host.running === 0 && this.#machines.host.queued === 0
  }

  /** `now`: given by a driver whose clock has gone on since the last step. */
  snapshot(now: Millis = this.#outlet.now): PeerSnapshot {
    return peerSnapshot(this.#router, {
      certificate: this.#certificate,
      startedWallMs: this.#startedWallMs,
      load: this.loadStamp(),
      now,
    })
  }

  #on(input: PeerInput, now: Millis): void {
    const router = this.#router
    switch (input.type) {
      case 'start':
        this.#onStart(input, now)
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
      case 'rejected':
        this.#outlet.trace({ type: 'message.rejected', peer: input.from ?? '', tag: input.detail, code: input.code })
        break
      case 'gossip':
      case 'addresses':
        router.stepRoster(input)
        break
      case 'remove':
        if (input.written) this.#machines.removalLog.onWritten(input.removal)
        router.stepRoster({ type: 'remove', removal: input.removal })
        break
      case 'lag':
      case 'wall':
      case 'readings':
      case 'rate':
        takeReading(input, router, now)
        break
      case 'persisted':
      case 'persistFailed':
        router.stepCustodian(input)
        break
      case 'running':
      case 'ran':
      case 'takenBack':
        router.stepHost(input)
        break
      case 'measured':
        router.stepHost({ ...input, awaited: this.#machines.awaited })
        router.stepDemand(input)
        break
      case 'warmed':
        router.stepDemand(input)
        break
      case 'scaled':
      case 'scaleNow':
        router.stepCapacity(input)
        break
      case 'output':
        this.#onOutput(input, now)
        break
      case 'offer':
        takeOffer({ ...input.offer, draining: this.#machines.offer.draining }, router)
        break
      case 'drain':
        tellDrain(input, router, this.#outlet.log.wallMs(now))
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
      case 'move':
        router.stepMover(input)
        break
      case 'readTrace':
        router.stepTraces(input)
        break
      case 'gone':
        router.stepDesk(input)
        router.stepTraces(input)
        router.stepMover(input)
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
    this.#outlet.trace({ type: 'peer.leaving' })
    this.#outlet.leave()
    this.#router.stepDemand(input)
    this.#router.stepCapacity(input)
    this.#router.stepBidder(input)
    this.#router.stepBearer(input)
    this.#router.stepBackups(input)
    this.#router.stepRoster(input)
  }

  #onStart(input: Extract<PeerInput, { type: 'start' }>, now: Millis): void {
    const { wallMs, incarnation, stored, certificate } = input
    this.#startedWallMs = wallMs
    this.#certificate = certificate
    this.#outlet.log.start(now, wallMs)
    this.#outlet.trace({ type: 'peer.started', incarnation, stored: stored.length })
    startMachines(this.#router, input)
  }

  #onConnected(input: Extract<PeerInput, { type: 'connected' }>): void {
    const router = this.#router
    const { peer, incarnation, certificate } = input
    this.#outlet.trace({ type: 'link.up', peer, name: certificate.name })
    this.#machines.marketChanged = true
    router.stepRoster(input)
    // That peer has come back with an old store: the roster tells it so, and it gets nothing that is meant for its newer life.
    if (incarnation < (this.#machines.roster.get(peer)?.incarnation ?? incarnation)) return
    router.stepCustodian({ type: 'bearerRestarted', peer, incarnation })
    router.stepBearer({ type: 'connected', peer, incarnation })
    router.stepDependencies({ type: 'linkChanged', peer })
  }

  #onFrame(from: PeerId, frame: Frame): void {
    const router = this.#router
    this.#outlet.counters.add('frames.in')
    const life = { peer: from, incarnation: frame.incarnation }
    if (this.#machines.loads.set(life, frame.load, this.#outlet.now)) this.#machines.loadsChanged = true
    for (const message of frame.messages) router.onMessage(life, message)
  }

  #onSubmission(client: number, { tag, nonce, drawable = false, choosy = false, spec }: Submission): void {
    const refused = decideRefusedSubmit(this.#machines, this.#waitingMax, { nonce, spec })
    if (refused) {
      this.#outlet.refuse(client, tag, refused.code, refused.message)
      return
    }
    this.#router.stepSubmitter({ type: 'submit', client, tag, nonce, drawable, choosy, spec })
  }
}
