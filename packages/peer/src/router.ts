import type {
  BearerInput,
  BearerMessage,
  CustodianInput,
  CustodianMessage,
  SubmitterInput,
  SubmitterMessage,
} from '@souk/custody'
import type { HostInput } from '@souk/host'
import { invariant, type Machine } from '@souk/kernel'
import type {
  AuctioneerInput,
  AuctioneerMessage,
  BidderInput,
  GangsInput,
  PlannerInput,
  ReservationsInput,
  ReservationsMessage,
} from '@souk/market'
import type { BackupsInput, DrainInput, RebalancerInput, SpeculatorInput, StragglersInput } from '@souk/rebalance'
import type { RosterEffect, RosterInput } from '@souk/roster'
import type { CapacityInput, DemandInput } from '@souk/scaling'
import type { Bearer as Life, Message, MessageOf, PeerId, RosterMessage } from '@souk/wire'
import { routeCapacity } from './capacity-routes.ts'
import { routeBearer, routeCustodian, routeSubmitter } from './custody-routes.ts'
import { routeDemand } from './demand-routes.ts'
import type { DependenciesInput, DependenciesMessage } from './dependencies-io.ts'
import { routeDependencies } from './dependency-routes.ts'
import type { DeskInput, DeskMessage } from './desk-io.ts'
import { type Destination, destinations } from './destinations.ts'
import { routeDrain } from './drain-routes.ts'
import { routeGangs, routeReservations } from './gang-routes.ts'
import { routeHost } from './host-routes.ts'
import type { Machines } from './machines.ts'
import { routeAuctioneer, routeBidder, routeDesk, routePlanner } from './market-routes.ts'
import type { MoverInput } from './mover.ts'
import type { Outlet } from './outlet.ts'
import { whyRejected } from './permissions.ts'
import { onNamed, routeMover, routeRebalancer } from './rebalance-routes.ts'
import { routeRoster } from './roster-routes.ts'
import { routeBackups, routeSpeculator } from './speculation-routes.ts'
import type { Steps } from './steps.ts'
import { routeStragglers } from './straggler-routes.ts'
import { routeTraces } from './trace-routes.ts'
import type { TracesInput } from './traces.ts'
import { wakeOne } from './wake-one.ts'

/**
 * Routes between the machines of one peer: an effect of one machine becomes an input of another, a message, or an effect of
 * the whole peer. Messages to this peer itself are queued and routed like any other, so no machine needs to know that its
 * counterpart is in the same peer. Called by `Peer` for inputs, and by the `route…` functions (`Steps`) for effects.
 */
export class Router implements Steps {
  readonly machines: Machines
  readonly outlet: Outlet
  readonly #roundsMax: number

  constructor(machines: Machines, outlet: Outlet, { roundsMax }: { roundsMax: number }) {
    this.machines = machines
    this.outlet = outlet
    this.#roundsMax = roundsMax
  }

  /** Delivers local messages, lets the market look again and wakes due machines until nothing is left to do at this instant. */
  settle(): void {
    for (let round = 0; ; round++) {
      invariant(round < this.#roundsMax, 'the machines of this peer answer each other for ever')
      const message = this.outlet.nextLocal()
      if (message) this.#route(this.machines.life, message)
      else if (this.machines.marketChanged) this.#lookAgain()
      else if (this.machines.loadsChanged) {
        this.machines.loadsChanged = false
        this.stepBidder({ type: 'changed' })
      } else if (!wakeOne(this)) return
    }
  }

  /** Routes a message of a connected member, if its role and its life allow it. */
  onMessage(from: Life, message: Message): void {
    const code = whyRejected(this.machines.roster.get(from.peer), from, message)
    if (code) {
      this.outlet.trace({ type: 'message.rejected', peer: from.peer, tag: message.t, code })
      return
    }
    // A member that remembers a later life of this peer sends neither, so these two show that it knows of none.
    if (message.t === 'sync' || message.t === 'ack') this.machines.hear(from.peer)
    this.#route(from, message)
  }

  #route(from: Life, message: Message): void {
    for (const destination of destinations[message.t]) this.#deliver(destination, from, message)
  }

  #deliver(destination: Destination, from: Life, message: Message): void {
    switch (destination) {
      case 'roster':
        this.stepRoster({ type: 'message', from: from.peer, message: message as RosterMessage })
        break
      case 'bidder':
        this.#toBidder(from.peer, message as MessageOf<'quote' | 'survey' | 'given' | 'over' | 'fetch'>)
        break
      case 'auctioneer':
        if (message.t === 'wanted' && message.named) onNamed(this, from.peer, message)
        else this.stepAuctioneer({ type: 'message', from: from.peer, message: message as AuctioneerMessage })
        break
      case 'gangs':
        this.stepGangs({ type: 'message', from: from.peer, message: message as MessageOf<'reserved' | 'freed'> })
        break
      case 'reservations':
        this.stepReservations({ type: 'message', from: from.peer, message: message as ReservationsMessage })
        break
      case 'planner':
        this.stepPlanner({ type: 'message', from: from.peer, message: message as MessageOf<'surveyed'> })
        break
      case 'bearer':
        this.stepBearer({ type: 'message', from, message: message as BearerMessage })
        break
      case 'unheardAwards':
        this.machines.unheard.accepted(from.peer, (message as MessageOf<'accept'>).tasks)
        break
      case 'custodian':
        this.stepCustodian({ type: 'message', from, message: message as CustodianMessage })
        break
      case 'submitter':
        this.stepSubmitter({ type: 'message', from: from.peer, message: message as SubmitterMessage })
        break
      case 'desk':
        this.stepDesk({ type: 'message', from: from.peer, message: message as DeskMessage })
        break
      case 'dependencies':
        this.stepDependencies({ type: 'message', from: from.peer, message: message as DependenciesMessage })
        break
      case 'speculator':
        this.stepSpeculator({ type: 'message', from: from.peer, message: message as MessageOf<'backupSaid'> })
        break
      case 'backups':
        this.stepBackups({ type: 'message', from: from.peer, message: message as MessageOf<'backup' | 'backupOver'> })
        break
      case 'mover':
        this.stepMover({ type: 'message', from: from.peer, message: message as MessageOf<'fetched'> })
        break
      case 'traces':
        this.stepTraces({ type: 'message', from: from.peer, message: message as MessageOf<'askTrace' | 'traced'> })
        break
      case 'followers':
        this.#toFollowers(from.peer, message as MessageOf<'follow'>)
        break
    }
  }

  #toBidder(from: PeerId, message: MessageOf<'quote' | 'survey' | 'given' | 'over' | 'fetch'>): void {
    if (message.t === 'fetch') {
      this.stepBidder({ type: 'fetch', from, message })
      return
    }
    if (message.t === 'quote' || message.t === 'survey') {
      this.stepBidder({ type: 'asked', from, message })
      return
    }
    // `waiting` of the message is newer than the load stamp of its frame.
    if (message.waiting !== undefined) this.machines.loads.setWaiting(from, message.waiting)
    if (message.t === 'given') this.stepBidder({ type: 'given', from, message })
    else {
      this.stepBidder({ type: 'over', from, lot: message.lot })
      if (message.waiting !== undefined) this.machines.loadsChanged = true
    }
  }

  #toFollowers(from: PeerId, message: MessageOf<'follow'>): void {
    const kept = this.machines.host.outputOf(message.task, message.stdout, message.stderr)
    this.machines.followers.onFollow(from, message, kept, (to, output) => this.outlet.send(to, output))
  }

  // ---- machines: step one, route its effects

  #step<Input, Effect>(
    machine: Machine<Input, Effect>,
    input: Input,
    route: (effect: Effect, steps: Steps) => void,
  ): void {
    const effects: Effect[] = []
    machine.step(input, this.outlet.now, effects)
    for (const effect of effects) route(effect, this)
  }

  stepRoster(input: RosterInput): void {
    const effects: RosterEffect[] = []
    const before = this.machines.roster.version
    this.machines.roster.step(input, this.outlet.now, effects)
    this.#noticeBehind()
    // A change of reachability raises the version but has no effect that could be routed.
    if (this.machines.roster.version !== before) this.machines.marketChanged = true
    for (const effect of effects) routeRoster(effect, this)
  }

  /** If others remember a later life of this peer its store is an old copy: custody abstains, and the driver is to stop it. */
  #noticeBehind(): void {
    const own = this.machines.incarnation
    const seen = this.machines.roster.incarnationSeenOfSelf
    if (own === 0 || seen <= own || this.machines.behind) return
    this.machines.behind = true
    this.outlet.alarm({ type: 'store.behind', own, seen })
  }

  stepCustodian(input: CustodianInput): void {
    this.#step(this.machines.custodian, input, routeCustodian)
  }

  stepSubmitter(input: SubmitterInput): void {
    this.#step(this.machines.submitter, input, routeSubmitter)
  }

  stepBearer(input: BearerInput): void {
    this.#step(this.machines.bearer, input, routeBearer)
  }

  stepAuctioneer(input: AuctioneerInput): void {
    this.#step(this.machines.auctioneer, input, routeAuctioneer)
  }

  stepBidder(input: BidderInput): void {
    this.#step(this.machines.bidder, input, routeBidder)
  }

  stepDependencies(input: DependenciesInput): void {
    this.#step(this.machines.dependencies, input, routeDependencies)
  }

  stepGangs(input: GangsInput): void {
    this.#step(this.machines.gangs, input, routeGangs)
  }

  stepReservations(input: ReservationsInput): void {
    this.#step(this.machines.reservations, input, routeReservations)
  }

  stepPlanner(input: PlannerInput): void {
    this.#step(this.machines.planner, input, routePlanner)
  }

  stepHost(input: HostInput): void {
    this.#step(this.machines.host, input, routeHost)
  }

  stepDrain(input: DrainInput): void {
    this.#step(this.machines.drain, input, routeDrain)
  }

  stepStragglers(input: StragglersInput): void {
    this.#step(this.machines.stragglers, input, routeStragglers)
  }

  stepSpeculator(input: SpeculatorInput): void {
    this.#step(this.machines.speculator, input, routeSpeculator)
  }

  stepBackups(input: BackupsInput): void {
    this.#step(this.machines.backups, input, routeBackups)
  }

  stepCapacity(input: CapacityInput): void {
    this.#step(this.machines.capacity, input, routeCapacity)
  }

  stepDemand(input: DemandInput): void {
    this.#step(this.machines.demand, input, routeDemand)
  }

  stepRebalancer(input: RebalancerInput): void {
    this.#step(this.machines.rebalancer, input, routeRebalancer)
  }

  stepMover(input: MoverInput): void {
    this.#step(this.machines.mover, input, routeMover)
  }

  stepDesk(input: DeskInput): void {
    this.#step(this.machines.desk, input, routeDesk)
  }

  stepTraces(input: TracesInput): void {
    this.#step(this.machines.traces, input, routeTraces)
  }

  // ---- time

  #lookAgain(): void {
    this.machines.marketChanged = false
    this.machines.loadsChanged = false
    // A patient gang gets room that came free before anything else is placed in it.
    this.stepReservations({ type: 'changed' })
    this.stepGangs({ type: 'changed' })
    this.stepAuctioneer({ type: 'changed' })
    this.stepBidder({ type: 'changed' })
  }
}
