import {
  Bearer,
  type BearerEffect,
  type BearerInput,
  type BearerMessage,
  Custodian,
  type CustodianEffect,
  type CustodianInput,
  type CustodianMessage,
} from '@souk/custody'
import { Host, type HostEffect, type HostInput } from '@souk/host'
import { invariant, type Millis, type Prng } from '@souk/kernel'
import {
  Auctioneer,
  type AuctioneerEffect,
  type AuctioneerInput,
  type AuctioneerMessage,
  Bidder,
  type BidderEffect,
  type BidderInput,
} from '@souk/market'
import { Roster, type RosterEffect, type RosterInput } from '@souk/roster'
import type { Decision, Bearer as Life, Message, MessageOf, Offer, PeerId, RosterMessage, TaskId } from '@souk/wire'
import { decideAdmission } from './admission.ts'
import type { PeerConfig } from './config.ts'
import { Counters } from './counters.ts'
import { Desk, type DeskEffect, type DeskInput, type DeskMessage } from './desk.ts'
import { destinations } from './destinations.ts'
import type { PeerEffect } from './effects.ts'
import { Followers } from './followers.ts'
import { LoadTable } from './load-table.ts'
import { mayReceive } from './permissions.ts'
import type { TraceEvent } from './trace.ts'
import { bearersView, deskView, localView, membersView } from './views.ts'

/** TraceEvent without its time, for each of its kinds. */
type Event = TraceEvent extends infer E ? (E extends { at: Millis } ? Omit<E, 'at'> : never) : never

/**
 * Routes between the machines of one peer: every effect of one is an input of another, a message, or an effect of the
 * whole. Messages to this peer itself are queued and routed like any other, so no machine needs to know who is who.
 */
export class Router {
  readonly self: PeerId
  readonly roster: Roster
  readonly custodian: Custodian
  readonly bearer: Bearer
  readonly auctioneer: Auctioneer
  readonly bidder: Bidder
  readonly host: Host
  readonly desk: Desk
  readonly followers: Followers
  readonly loads = new LoadTable()
  readonly counters = new Counters()
  readonly #config: PeerConfig
  readonly #local: Message[] = []
  offer: Offer
  incarnation = 0
  tracing = true
  store: { ok: boolean; code: string; message: string } = { ok: true, code: '', message: '' }
  /** room, offers or members changed in this turn: the market looks again once, at its end */
  marketChanged = false
  /** somebody's waiting work changed */
  loadsChanged = false
  #now: Millis = 0
  #out: PeerEffect[] = []

  constructor(config: PeerConfig, { self, prng, offer }: { self: PeerId; prng: Prng; offer: Offer }) {
    this.#config = config
    this.self = self
    this.offer = offer
    this.roster = new Roster(config.roster, { self, prng: prng.fork('roster') })
    this.host = new Host(config.host)
    const members = membersView(this.roster)
    const local = localView(this.host, () => this.offer)
    const bearers = bearersView(this.loads, this.roster)
    this.custodian = new Custodian(config.custody, { self })
    this.bearer = new Bearer(config.custody, { self })
    this.auctioneer = new Auctioneer(config.market, { self, prng: prng.fork('auctioneer'), members, local })
    this.bidder = new Bidder(config.market, { prng: prng.fork('bidder'), members, local, bearers })
    this.desk = new Desk(config.desk, { self, view: deskView(this.roster, self) })
    this.followers = new Followers(config.followers)
  }

  begin(now: Millis, out: PeerEffect[]): void {
    this.#now = now
    this.#out = out
  }

  /** Routes until nothing is left to do at this instant. */
  settle(): void {
    for (let round = 0; ; round++) {
      invariant(round < this.#config.roundsMax, 'the machines of this peer answer each other for ever')
      const message = this.#local.shift()
      if (message) this.#route({ peer: this.self, incarnation: this.incarnation }, message)
      else if (this.marketChanged) this.#lookAgain()
      else if (this.loadsChanged) {
        this.loadsChanged = false
        this.stepBidder({ type: 'changed' })
      } else if (!this.#wakeOne()) return
    }
  }

  nextWakeup(): Millis | undefined {
    let due = Infinity
    for (const machine of this.#machines()) due = Math.min(due, machine.nextWakeup() ?? Infinity)
    return due === Infinity ? undefined : due
  }

  trace(event: Event): void {
    this.counters.add(event.type)
    if (this.tracing) this.#out.push({ type: 'trace', event: { at: this.#now, ...event } as TraceEvent })
  }

  send(to: PeerId, message: Message): void {
    if (to === this.self) this.#local.push(message)
    else this.#out.push({ type: 'send', to, message })
  }

  emit(effect: PeerEffect): void {
    this.#out.push(effect)
  }

  /** A message of a connected member, by what its role allows. */
  onMessage(from: Life, message: Message): void {
    const role = this.roster.get(from.peer)?.role
    if (role === undefined || !mayReceive(role, message.t)) {
      this.trace({
        type: 'message.rejected',
        peer: from.peer,
        tag: message.t,
        code: role ? 'not-allowed' : 'not-a-member',
      })
      return
    }
    this.#route(from, message)
  }

  // ---- messages

  #route(from: Life, message: Message): void {
    switch (destinations[message.t]) {
      case 'roster':
        this.stepRoster({ type: 'message', from: from.peer, message: message as RosterMessage })
        break
      case 'bidder':
        this.#toBidder(from.peer, message as MessageOf<'quote' | 'given' | 'over'>)
        break
      case 'auctioneer':
        this.stepAuctioneer({ type: 'message', from: from.peer, message: message as AuctioneerMessage })
        break
      case 'bearer':
        this.stepBearer({ type: 'message', from, message: message as BearerMessage })
        break
      case 'custodian':
        this.stepCustodian({ type: 'message', from, message: message as CustodianMessage })
        break
      case 'bearer and custodian':
        this.stepBearer({ type: 'message', from, message: message as MessageOf<'accept'> })
        this.stepCustodian({ type: 'message', from, message: message as MessageOf<'accept'> })
        break
      case 'desk':
        this.stepDesk({ type: 'message', from: from.peer, message: message as DeskMessage })
        break
      case 'followers':
        this.#toFollowers(from.peer, message as MessageOf<'follow'>)
        break
    }
  }

  #toBidder(from: PeerId, message: MessageOf<'quote' | 'given' | 'over'>): void {
    if (message.t === 'quote') {
      this.stepBidder({ type: 'quote', from, message })
      return
    }
    // Newer than the load stamp of its frame: what it says counts from here on.
    this.loads.setWaiting(from, message.waiting)
    if (message.t === 'given') this.stepBidder({ type: 'given', from, message })
    else this.loadsChanged = true
  }

  #toFollowers(from: PeerId, message: MessageOf<'follow'>): void {
    const kept = this.host.outputOf(message.task, message.stdout, message.stderr)
    this.followers.onFollow(from, message, kept, (to, output) => this.send(to, output))
  }

  // ---- machines: step one, route what it wants

  stepRoster(input: RosterInput): void {
    const effects: RosterEffect[] = []
    const before = this.roster.version
    this.roster.step(input, this.#now, effects)
    // Reachability has no effect of its own.
    if (this.roster.version !== before) this.marketChanged = true
    for (const effect of effects) {
      switch (effect.type) {
        case 'send':
          this.send(effect.to, effect.message)
          break
        case 'publish':
          this.#out.push(effect)
          break
        case 'memberChanged':
          this.trace({ type: 'member.state', peer: effect.peer, state: effect.state, incarnation: effect.incarnation })
          break
        case 'advertChanged':
          this.trace({ type: 'member.advert', peer: effect.peer, seq: this.roster.get(effect.peer)?.advert?.seq ?? 0 })
          break
      }
    }
  }

  stepCustodian(input: CustodianInput): void {
    const effects: CustodianEffect[] = []
    this.custodian.step(input, this.#now, effects)
    for (const effect of effects) this.#applyCustodian(effect)
  }

  #applyCustodian(effect: CustodianEffect): void {
    switch (effect.type) {
      case 'send':
        this.send(effect.to, effect.message)
        break
      case 'persist':
        this.#out.push(effect)
        break
      case 'bear': {
        const { record, ballot } = effect
        if (ballot.counter === 1) this.trace({ type: 'task.submitted', task: record.id, class: record.spec.class })
        this.stepBearer(effect)
        break
      }
      case 'durable':
        this.trace({ type: 'task.stored', task: effect.task })
        this.stepBearer(effect)
        break
      case 'void':
        this.#release(effect.task)
        this.stepBearer(effect)
        break
      case 'accepted': {
        const { client, tag, task } = effect
        this.trace({ type: 'task.accepted', task })
        this.#out.push({ type: 'reply', client, reply: { type: 'accepted', tag, task } })
        break
      }
      case 'refused':
        this.refuse(effect.client, effect.tag, effect.code, effect.message)
        break
      case 'closed': {
        const { task, outcome, clients } = effect
        const { ballot, kind, code, result } = outcome
        this.trace({ type: 'task.closed', task, ballot, kind, code })
        for (const client of clients)
          this.#out.push({ type: 'reply', client, reply: { type: 'outcome', task, outcome } })
        const name = this.custodian.find(task)?.record.spec.class
        if (result && name !== undefined) this.stepAuctioneer({ type: 'duration', class: name, runMs: result.runMs })
        break
      }
      case 'recovered':
        this.trace({ type: 'task.recovered', task: effect.task, ballot: effect.ballot, code: effect.code })
        break
      case 'storeState':
        this.store = { ok: effect.ok, code: effect.code, message: effect.message }
        if (!effect.ok) this.trace({ type: 'store.failed', code: effect.code, message: effect.message })
        break
    }
  }

  refuse(client: number, tag: number, code: string, message: string): void {
    this.trace({ type: 'task.refused', code, message })
    this.#out.push({ type: 'reply', client, reply: { type: 'refused', tag, code, message } })
  }

  stepBearer(input: BearerInput): void {
    const effects: BearerEffect[] = []
    this.bearer.step(input, this.#now, effects)
    for (const effect of effects) this.#applyBearer(effect)
  }

  #applyBearer(effect: BearerEffect): void {
    switch (effect.type) {
      case 'send':
        this.send(effect.to, effect.message)
        break
      case 'waiting':
        this.stepAuctioneer({ type: 'waiting', record: effect.record })
        break
      case 'withdrawn':
        this.#release(effect.task)
        this.stepAuctioneer(effect)
        break
      case 'offered': {
        const { baton, from } = effect
        const task = baton.record.id
        this.trace({ type: 'task.received', task, ballot: baton.ballot, from })
        this.stepBearer({ type: 'admit', task, refusal: decideAdmission(baton, this.offer, this.host) })
        break
      }
      case 'take':
        this.trace({ type: 'task.queued', task: effect.record.id, ballot: effect.ballot })
        this.stepHost(effect)
        break
      case 'halt':
        this.stepHost(effect)
        break
      case 'bounced': {
        const { task, ballot, to, refusal } = effect
        this.trace({ type: 'task.bounced', task, ballot, to, code: refusal.code })
        break
      }
      case 'givenUp':
        this.trace({ type: 'task.givenUp', task: effect.task, ballot: effect.ballot, code: effect.code })
        break
      case 'leaseLost':
        this.trace({ type: 'task.leaseLost', task: effect.task, ballot: effect.ballot })
        break
      case 'rejected':
        this.trace({ type: 'message.rejected', peer: effect.from, tag: 'award', code: effect.code })
        break
    }
  }

  stepAuctioneer(input: AuctioneerInput): void {
    const effects: AuctioneerEffect[] = []
    this.auctioneer.step(input, this.#now, effects)
    for (const effect of effects) this.#applyAuctioneer(effect)
  }

  #applyAuctioneer(effect: AuctioneerEffect): void {
    switch (effect.type) {
      case 'send':
        this.send(effect.to, effect.message)
        break
      case 'award':
        this.#decided(effect.tasks, effect.decision, effect.to, effect.alternates)
        this.stepBearer({ type: 'handOver', tasks: effect.tasks, to: effect.to, alternates: effect.alternates })
        break
      case 'keep':
        this.#decided(effect.tasks, effect.decision, { peer: this.self, incarnation: this.incarnation })
        for (const task of effect.tasks) this.#reserve(task)
        this.stepBearer({ type: 'keep', tasks: effect.tasks })
        break
      case 'waits':
        this.#decided(effect.tasks, effect.decision, undefined)
        for (const task of effect.tasks) this.trace({ type: 'task.waiting', task, code: effect.code })
        break
      case 'unplaceable':
        this.#decided([effect.task], effect.decision, undefined)
        this.stepBearer({ type: 'unplaceable', task: effect.task, message: effect.message })
        break
      case 'asked':
        this.trace({ ...effect, type: 'auction.asked' })
        break
      case 'closed':
        this.trace({ ...effect, type: 'auction.closed' })
        break
      case 'given':
        this.trace({ type: 'wanted.given', to: effect.to, count: effect.count })
        break
    }
  }

  #decided(tasks: readonly TaskId[], decision: Decision, to: Life | undefined, alternates: readonly Life[] = []): void {
    for (const task of tasks) {
      this.stepCustodian({ type: 'decided', task, decision, to, alternates })
      if (!to) continue
      const ballot = this.custodian.find(task)?.promised
      if (ballot) this.trace({ type: 'task.awarded', task, ballot, to: to.peer, decision })
    }
  }

  /** Room that was promised to a task whose record is still on its way to the disk. */
  #reserve(task: TaskId): void {
    const request = this.custodian.find(task)?.record.spec.request
    if (request) this.stepHost({ type: 'reserve', task, request })
  }

  #release(task: TaskId): void {
    this.stepHost({ type: 'release', task })
  }

  stepBidder(input: BidderInput): void {
    const effects: BidderEffect[] = []
    this.bidder.step(input, this.#now, effects)
    for (const effect of effects) {
      if (effect.type === 'send') this.send(effect.to, effect.message)
      else this.trace({ type: 'wanted.sent', to: effect.to, count: effect.count })
    }
  }

  stepHost(input: HostInput): void {
    const effects: HostEffect[] = []
    this.host.step(input, this.#now, effects)
    for (const effect of effects) this.#applyHost(effect)
  }

  #applyHost(effect: HostEffect): void {
    switch (effect.type) {
      case 'run': {
        const { record, ballot, gpuDevices, attempt, leased } = effect
        const task = record.id
        this.trace({ type: 'task.started', task, ballot, attempt })
        this.#out.push({ type: 'run', order: { task, ballot, record, gpuDevices, attempt, leased } })
        break
      }
      case 'stop':
        this.trace({ type: 'task.stop', task: effect.task, ballot: effect.ballot, code: effect.code })
        this.#out.push(effect)
        break
      case 'began':
        this.stepBearer(effect)
        this.stepCustodian(effect)
        break
      case 'ended': {
        const { task, ballot, result } = effect
        this.marketChanged = true
        this.followers.onEnded(task, (to, message) => this.send(to, message))
        this.trace({ type: 'task.ran', task, ballot, end: result.end, runMs: result.runMs })
        this.stepBidder({ type: 'duration', class: effect.class, runMs: result.runMs })
        this.stepBearer(effect)
        break
      }
      case 'dropped':
        this.marketChanged = true
        this.stepBearer(effect)
        break
    }
  }

  stepDesk(input: DeskInput): void {
    const effects: DeskEffect[] = []
    this.desk.step(input, this.#now, effects)
    for (const effect of effects) {
      if (effect.type === 'send') this.send(effect.to, effect.message)
      else this.#out.push(effect)
    }
  }

  // ---- time

  #lookAgain(): void {
    this.marketChanged = false
    this.loadsChanged = false
    this.stepAuctioneer({ type: 'changed' })
    this.stepBidder({ type: 'changed' })
  }

  /** Wakes one machine that is due; false when none is. */
  #wakeOne(): boolean {
    const due = (machine: { nextWakeup(): Millis | undefined }) => (machine.nextWakeup() ?? Infinity) <= this.#now
    if (due(this.roster)) this.stepRoster({ type: 'wake' })
    else if (due(this.custodian)) this.stepCustodian({ type: 'wake' })
    else if (due(this.bearer)) this.stepBearer({ type: 'wake' })
    else if (due(this.auctioneer)) this.stepAuctioneer({ type: 'wake' })
    else if (due(this.bidder)) this.stepBidder({ type: 'wake' })
    else if (due(this.host)) this.stepHost({ type: 'wake' })
    else if (due(this.desk)) this.stepDesk({ type: 'wake' })
    else return false
    return true
  }

  #machines() {
    return [this.roster, this.custodian, this.bearer, this.auctioneer, this.bidder, this.host, this.desk]
  }
}
