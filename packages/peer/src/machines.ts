import { Bearer, Custodian, type Keeper, type MeshView, Submitter } from '@souk/custody'
import { Host } from '@souk/host'
import { earliest, type Millis, type Prng } from '@souk/kernel'
import { Auctioneer, Bidder, durationClass, Gangs, Packing, Planner, Reservations, ZoneClaims } from '@souk/market'
import { Backups, Drain, Rebalancer, Speculator, Stragglers } from '@souk/rebalance'
import { Roster } from '@souk/roster'
import { Capacity, Demand } from '@souk/scaling'
import type { Bearer as Life, Offer, PeerId, TaskId } from '@souk/wire'
import { capacityView } from './capacity-view.ts'
import type { PeerConfig } from './config.ts'
import { demandView } from './demand-view.ts'
import { Dependencies } from './dependencies.ts'
import { Desk } from './desk.ts'
import { DrainMemory } from './drain-memory.ts'
import { drains, drainView } from './drain-view.ts'
import { Followers } from './followers.ts'
import { forecastersView } from './forecasters-view.ts'
import { type Keeping, keepingOf } from './keeping.ts'
import { LoadTable } from './load-table.ts'
import { MemberLog } from './member-log.ts'
import { meshView } from './mesh-view.ts'
import { Mover } from './mover.ts'
import type { Outlet } from './outlet.ts'
import { PendingMoves } from './pending-moves.ts'
import { rebalanceView } from './rebalance-view.ts'
import { RemovalLog } from './removal-log.ts'
import { backupsView, speculatorView } from './speculation-view.ts'
import { Traces } from './traces.ts'
import { TransferRates } from './transfer-rates.ts'
import { UnheardAwards } from './unheard-awards.ts'
import { bearersView, deskView, loadsView, localView, membersView, tracesView } from './views.ts'
import { ZoneMembers } from './zone-members.ts'

/** What the machines of a peer are made with. */
interface Beginnings {
  self: PeerId
  prng: Prng
  offer: Offer
  log: Outlet['log']
}

/** The machines of one peer, the views by which they see each other, and the facts that several of them share. */
export class Machines {
  readonly self: PeerId
  readonly roster: Roster
  readonly custodian: Custodian
  readonly submitter: Submitter
  readonly bearer: Bearer
  readonly auctioneer: Auctioneer
  readonly bidder: Bidder
  readonly gangs: Gangs
  readonly reservations: Reservations
  readonly planner: Planner
  readonly host: Host
  readonly packing: Packing
  readonly desk: Desk
  readonly drain: Drain
  readonly stragglers: Stragglers
  readonly speculator: Speculator
  readonly backups: Backups
  readonly demand: Demand
  readonly zoneClaims: ZoneClaims
  readonly rebalancer: Rebalancer
  readonly mover: Mover
  readonly moves = new PendingMoves()
  readonly capacity: Capacity
  readonly dependencies: Dependencies
  readonly followers: Followers
  readonly traces: Traces
  readonly loads = new LoadTable()
  readonly rates = new TransferRates()
  readonly unheard = new UnheardAwards()
  /** members that have answered this life of the peer (`sync` or `ack`) */
  readonly heard = new Set<PeerId>()
  readonly memberLog = new MemberLog()
  readonly removalLog = new RemovalLog()
  readonly drainMemory = new DrainMemory()
  readonly #mesh: MeshView
  /** custodians of a task, if enough members keep custody */
  readonly #custodiansWanted: 3 | 5
  offer: Offer
  /** functions of which calls may be lined up */
  linedFunctions: ReadonlySet<string> = new Set()
  incarnation = 0
  /** other peers remember a later life of this one: its store is an old copy */
  behind = false
  store: { ok: boolean; code: string; message: string } = { ok: true, code: '', message: '' }
  /** room, offers or members changed in this turn: the market looks again once, at its end */
  marketChanged = false
  /** a bearer's waiting work changed: the bidder looks again at the end of this turn */
  loadsChanged = false

  constructor(config: PeerConfig, { self, prng, offer, log }: Beginnings) {
    this.self = self
    this.offer = offer
    this.roster = new Roster(config.roster, { self, prng: prng.fork('roster') })
    this.host = new Host(config.host, {
      devices: (request) => this.packing.fitting(request)?.devices,
      linesUp: (name) => this.linedFunctions.has(name),
      meanMs: (name, alternative) => this.bidder.meanMs(durationClass(name, alternative)),
    })
    this.demand = new Demand(config.demand, forecastersView(config.demand.bucketMs), demandView(this))
    const zones = new ZoneMembers(self, this.roster, () => this.offer)
    const members = membersView(this.roster, this.rates, zones)
    const local = localView(this.host, this.demand, {
      offer: () => this.offer,
      reservations: () => this.reservations,
      pressure: () => this.rebalancer.pressure?.detail,
      unsure: () => this.unsure,
    })
    this.packing = new Packing(config.market, local)
    const { packing } = this
    const bearers = bearersView(this.loads, this.roster)
    const mesh = meshView(this.roster, self, {
      heard: this.heard,
      behind: () => this.behind,
      drains: (peer) => drains(this, peer),
    })
    this.#mesh = mesh
    this.#custodiansWanted = config.custody.custodians
    this.custodian = new Custodian(config.custody, { self, mesh })
    this.submitter = new Submitter(config.custody, { self, mesh })
    this.bearer = new Bearer(config.custody, { self, mesh })
    const loads = loadsView(this.loads, this.unheard, this.roster)
    const { market } = config
    this.zoneClaims = new ZoneClaims(market)
    const claims = this.zoneClaims
    this.auctioneer = new Auctioneer(market, {
      self,
      prng: prng.fork('auctioneer'),
      members,
      local,
      loads,
      packing,
      claims,
    })
    this.bidder = new Bidder(market, { prng: prng.fork('bidder'), members, local, bearers, loads, packing, claims })
    this.gangs = new Gangs(config.gangs, market, { self, prng: prng.fork('gangs'), members, local })
    this.reservations = new Reservations(config.gangs, { members, local, packing })
    this.planner = new Planner(market, { self, prng: prng.fork('planner'), members, local, packing })
    const view = deskView(this.roster, mesh, this.custodian, self)
    this.desk = new Desk(config.desk, { self, view })
    this.dependencies = new Dependencies(config.dependencies, { self, view })
    this.stragglers = new Stragglers(config.stragglers)
    this.speculator = new Speculator(config.speculation, speculatorView(this))
    this.backups = new Backups(config.speculation, backupsView(this))
    this.drain = new Drain(config.rebalance, drainView(this))
    this.rebalancer = new Rebalancer(config.rebalance, rebalanceView(this))
    this.mover = new Mover(self, (peer) => this.roster.reachable(peer))
    this.followers = new Followers(config.followers)
    this.traces = new Traces(tracesView(this.roster, log, self))
    const { capacity } = config
    const forecasters = forecastersView(capacity.bucketMs)
    this.capacity = new Capacity(capacity, { self, view: capacityView(this), forecasters })
  }

  /** This peer, in this life of it. */
  get life(): Life {
    return { peer: this.self, incarnation: this.incarnation }
  }

  /** The offer, marked `bounded` if tenants have quotas here. */
  asOffered(offer: Offer): Offer {
    return this.host.quotas ? { ...offer, bounded: true } : offer
  }

  /** Members that keep custody. */
  keepers(): readonly Keeper[] {
    return this.#mesh.keepers()
  }

  /** This life has not heard from most members yet: no task that three custodians keep may be handed to it (`Handing`). */
  get unsure(): boolean {
    return this.keepers().length >= 3 && !this.#mesh.heardFromMajority
  }

  /** Notes that a member has answered this life; once most have, this host may take tasks again, so the market looks again. */
  hear(peer: PeerId): void {
    if (this.heard.has(peer)) return
    const { unsure } = this
    this.heard.add(peer)
    if (unsure && !this.unsure) this.marketChanged = true
  }

  get keeping(): Keeping {
    return keepingOf(this.#mesh, this.self, this.#custodiansWanted)
  }

  /** Names of reserved room in the host's ledger whose task or gang may still come. */
  get awaited(): ReadonlySet<TaskId> {
    const { host, bearer, reservations } = this
    return new Set(host.reserved.filter((key) => bearer.find(key) || reservations.keeps(key)))
  }

  /** What waits to be placed here and what is under way for it, of all market machines. */
  marketSnapshot() {
    const { auctioneer, bidder, dependencies, gangs, reservations } = this
    const parts = [auctioneer, bidder, dependencies, gangs, reservations].map((part) => part.snapshot())
    return Object.assign({}, ...parts) as Record<string, unknown>
  }

  /** Called after every step, so it builds no array or closure. */
  nextWakeup(): Millis | undefined {
    return earliest(
      this.roster.nextWakeup(),
      this.custodian.nextWakeup(),
      this.submitter.nextWakeup(),
      this.bearer.nextWakeup(),
      this.auctioneer.nextWakeup(),
      this.bidder.nextWakeup(),
      this.gangs.nextWakeup(),
      this.reservations.nextWakeup(),
      this.planner.nextWakeup(),
      this.host.nextWakeup(),
      this.desk.nextWakeup(),
      this.traces.nextWakeup(),
      this.drain.nextWakeup(),
      this.stragglers.nextWakeup(),
      this.speculator.nextWakeup(),
      this.backups.nextWakeup(),
      this.demand.nextWakeup(),
      this.rebalancer.nextWakeup(),
      this.mover.nextWakeup(),
      this.capacity.nextWakeup(),
      this.dependencies.nextWakeup(),
    )
  }
}
