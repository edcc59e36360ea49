import { Deadlines, type Machine, type Millis, type WallMillis } from '@souk/kernel'
import { type Decision, gangKey, type MessageOf, type PeerId, type TaskId, type TaskRecord } from '@souk/wire'
import type { MarketConfig } from './config.ts'
import { Durations } from './durations.ts'
import { filterCandidates } from './filter.ts'
import {
  capacityFor,
  decidePatience,
  decidePlaces,
  type Gang,
  gangSnapshot,
  isComplete,
  keepsRoom,
  newGang,
  noteFreed,
  noteReserved,
  noteStart,
  quotaCapacityFor,
  rest,
  tasksOf,
} from './gang.ts'
import { awardsOf } from './gang-awards.ts'
import type { GangConfig } from './gang-config.ts'
import { gangDecision, togetherReason, tooFewReason, tooLittleReason, unplaceableDecision } from './gang-decision.ts'
import { beginRound } from './gang-round.ts'
import type { GangsEffect, GangsInput, GangsParts } from './gangs-io.ts'
import { knownHosts, ownHost } from './known-hosts.ts'
import { Pace } from './pace.ts'
import { shapeKey, shapeOf } from './shape.ts'
import type { DecisionFrame } from './to-decision.ts'
import type { CandidateView } from './views.ts'

type Out = GangsEffect[]

/**
 * Places the gangs that this peer bears. In a round, hosts that could run members are asked to keep room (`reservations.ts`).
 * Once there is room for all members they are awarded in one step; else the room is released, and the gang tries again after
 * a random pause. A gang that has waited long and is the oldest that wants those hosts is patient: it keeps what it gets, and
 * younger ones start where that does not delay it.
 *
 * Invariants: no member of a complete gang is placed without the others. If a gang is not complete within `gatherMsMax`
 * (another peer bears a part, or a member has begun before) its members are placed one by one, so that none waits for ever.
 * Inputs: waiting batons, what hosts keep. Effects: asks, awards. Bounds: custody bounds what waits.
 */
export class Gangs implements Machine<GangsInput, GangsEffect> {
  readonly #config: GangConfig
  readonly #parts: GangsParts
  readonly #pace: Pace
  readonly #gangs = new Map<string, Gang>()
  readonly #gangOf = new Map<TaskId, Gang>()
  /** when a gathering gang is placed one by one, a resting one tries again, an asking one's round closes */
  readonly #due = new Deadlines<string>()
  #wallOffset: WallMillis = 0

  constructor(config: GangConfig, market: MarketConfig, parts: GangsParts) {
    this.#config = config
    this.#parts = parts
    this.#pace = new Pace(market, new Durations(1), parts.members)
  }

  step(input: GangsInput, now: Millis, out: Out): void {
    switch (input.type) {
      case 'start':
        this.#wallOffset = input.wallMs - now
        break
      case 'waiting':
        this.#onWaiting(input.record, input.durable, now, out)
        break
      case 'durable':
        this.#onDurable(input.task, now, out)
        break
      case 'withdrawn':
        this.#onWithdrawn(input.task, now, out)
        break
      case 'message':
        if (input.message.t === 'reserved') this.#onReserved(input.from, input.message, now, out)
        else this.#onFreed(input.from, input.message, now, out)
        break
      case 'changed':
        // Gangs that only lack room wait for their own time or for `freed`: else all would ask whenever anything ends.
        for (const gang of this.#gangs.values()) if (gang.told === 'unplaceable') this.#due.set(gang.key, now)
        break
      case 'wake':
        for (let key = this.#due.popDue(now); key !== undefined; key = this.#due.popDue(now))
          this.#onDue(this.#gangs.get(key)!, now, out)
        break
    }
  }

  nextWakeup(): Millis | undefined {
    return this.#due.next()
  }

  snapshot() {
    return { gangs: [...this.#gangs.values()].map(gangSnapshot) }
  }

  // ---- who belongs together

  #onWaiting(record: TaskRecord, durable: boolean, now: Millis, out: Out): void {
    const { spec } = record
    const { size, rank } = spec.gang!
    const key = gangKey(spec.tenant, spec.gang!)
    const shape = shapeOf(spec)
    const known = this.#gangs.get(key)
    const gang = known ?? newGang(key, size, shape, shapeKey(shape))
    // It names this gang but does not fit into it: other size, rank or shape.
    if (gang.size !== size || rank >= size || gang.members.has(rank) || gang.shapeKey !== shapeKey(shape)) {
      out.push({ type: 'alone', record })
      return
    }
    if (!known) {
      this.#gangs.set(key, gang)
      this.#due.set(key, now + this.#config.gatherMsMax)
    }
    gang.members.set(rank, { record, durable })
    this.#gangOf.set(record.id, gang)
    this.#lookWhole(gang, now, out)
  }

  #onDurable(task: TaskId, now: Millis, out: Out): void {
    const gang = this.#gangOf.get(task)
    if (!gang) return
    for (const member of gang.members.values()) if (member.record.id === task) member.durable = true
    this.#lookWhole(gang, now, out)
  }

  #lookWhole(gang: Gang, now: Millis, out: Out): void {
    if (gang.state !== 'gathering' || !isComplete(gang)) return
    gang.state = 'resting'
    gang.completeMs = now
    this.#onDue(gang, now, out)
  }

  /** A member is gone: the others wait up to gatherMsMax for it to come back, and are then placed one by one. */
  #onWithdrawn(task: TaskId, now: Millis, out: Out): void {
    const gang = this.#gangOf.get(task)
    if (!gang) return
    this.#gangOf.delete(task)
    for (const [rank, { record }] of gang.members) if (record.id === task) gang.members.delete(rank)
    this.#standBack(gang, out)
    gang.state = 'gathering'
    if (gang.members.size > 0) this.#due.set(gang.key, now + this.#config.gatherMsMax)
    else this.#forget(gang)
  }

  #forget(gang: Gang): void {
    this.#gangs.delete(gang.key)
    this.#due.delete(gang.key)
    for (const { record } of gang.members.values()) this.#gangOf.delete(record.id)
  }

  // ---- when to do what

  #onDue(gang: Gang, now: Millis, out: Out): void {
    if (gang.state === 'gathering') this.#disband(gang, out)
    else if (gang.state === 'asking') this.#onTooLittle(gang, now, out)
    else this.#look(gang, now, out)
  }

  #disband(gang: Gang, out: Out): void {
    this.#forget(gang)
    for (const { record } of gang.members.values()) out.push({ type: 'alone', record })
  }

  #look(gang: Gang, now: Millis, out: Out): void {
    const hosts = knownHosts(this.#parts)
    const saidNever = (member: CandidateView) => gang.saidNever.of(member)
    const exclusions = { ignored: () => false, saidNever }
    const { candidates: able, refused } = filterCandidates(hosts, '', gang.shape, exclusions)
    const isAway = refused.some(({ refusal }) => !refusal.never)
    if (quotaCapacityFor(able, gang) >= gang.size) this.#ask(gang, able, now, out)
    else if (isAway) this.#onTooFew(gang, able, now, out)
    else this.#onUnplaceable(gang, unplaceableDecision(gang, this.#frame(gang, now), able, refused), now, out)
  }

  /** Only hosts that are away could make up the rest: room kept for the gang meanwhile would be lost to others. */
  #onTooFew(gang: Gang, able: readonly CandidateView[], now: Millis, out: Out): void {
    this.#standBack(gang, out)
    gang.reached = []
    this.#wait(gang, tooFewReason(gang, capacityFor(able, gang)), now, out)
  }

  #onUnplaceable(gang: Gang, decision: Decision, now: Millis, out: Out): void {
    this.#rest(gang, now)
    const failing = [...gang.members.values()].filter(({ record }) => record.spec.failIfUnplaceable)
    if (failing.length === gang.size) {
      this.#forget(gang)
      for (const { record } of failing)
        out.push({ type: 'unplaceable', task: record.id, message: decision.reason, decision })
    } else if (gang.told !== 'unplaceable') {
      gang.told = 'unplaceable'
      out.push({ type: 'waits', tasks: tasksOf(gang), code: 'unplaceable', decision })
    }
  }

  #ask(gang: Gang, able: readonly CandidateView[], now: Millis, out: Out): void {
    const { askedMax } = this.#config
    const asked = able.length <= askedMax ? able : this.#parts.prng.sample(able, askedMax)
    decidePatience(gang, this.#gangs.values(), this.#config, now)
    const sinceWallMs = Math.max(0, Math.round(this.#wallOffset + gang.completeMs))
    this.#due.set(gang.key, now + this.#pace.closeMs())
    const peers = asked.map(({ peer }) => peer)
    for (const said of beginRound(gang, peers, now, sinceWallMs)) out.push({ type: 'send', ...said })
  }

  // ---- what hosts keep

  #onReserved(from: PeerId, message: MessageOf<'reserved'>, now: Millis, out: Out): void {
    const gang = this.#gangs.get(message.gang)
    const due = gang?.state === 'asking' && gang.round === message.round && gang.asked.has(from)
    if (!gang || !due) {
      // Too late for its round: the host need not keep that, unless the gang is patient and will ask again.
      if (message.count > 0 && !gang?.patient) out.push({ type: 'send', to: from, message: unreserve(message.gang) })
      return
    }
    const { self, members } = this.#parts
    noteReserved(gang, from === self ? ownHost(this.#parts) : members.candidate(from), from, message)
    if (this.#award(gang, now, out)) return
    if (gang.asked.size === 0) this.#onTooLittle(gang, now, out)
  }

  /** A host has more room: the gang asks again if that is enough (`noteFreed`), and stands back if an older one is patient. */
  #onFreed(from: PeerId, message: MessageOf<'freed'>, now: Millis, out: Out): void {
    const gang = this.#gangs.get(message.gang)
    if (!gang) {
      out.push({ type: 'send', to: from, message: unreserve(message.gang) })
      return
    }
    if (noteFreed(gang, from, message, this.#pace.closeMs())) this.#due.set(gang.key, Math.max(now, gang.againMs))
    if (!gang.patient || keepsRoom(gang) || gang.state !== 'resting') return
    this.#standBack(gang, out)
    this.#rest(gang, now)
  }

  /** Gives up patience and all room that is kept: it would be held idle for the rest, which the gang does not get now. */
  #standBack(gang: Gang, out: Out): void {
    this.#release(gang, out)
    gang.patient = false
    gang.start = undefined
  }

  /** Awards all members if enough room is kept for them; false: none. */
  #award(gang: Gang, now: Millis, out: Out): boolean {
    const { self, prng, members } = this.#parts
    const there = gang.kept.filter(({ peer, incarnation }) => {
      const host = members.candidate(peer)
      return peer === self || (host?.reachable && host.incarnation === incarnation)
    })
    const places = decidePlaces(prng.sample(there, there.length), gang.size)
    if (places.length === 0) return false
    const reason = togetherReason(gang, places.length)
    const decisionFor = (peer: PeerId) => gangDecision(gang, this.#frame(gang, now), 'gang', reason, peer)
    out.push(...awardsOf(places, tasksOf(gang), decisionFor, self))
    this.#release(gang, out)
    this.#forget(gang)
    return true
  }

  /** Frees what hosts still keep. After awards this follows the batons on the same streams, so it frees only the surplus. */
  #release(gang: Gang, out: Out): void {
    const peers = gang.patient ? gang.reached : gang.kept.map(({ peer }) => peer)
    for (const to of peers) out.push({ type: 'send', to, message: unreserve(gang.key) })
    gang.kept = []
  }

  #onTooLittle(gang: Gang, now: Millis, out: Out): void {
    const reason = tooLittleReason(gang)
    const isNews = keepsRoom(gang) && noteStart(gang, this.#pace.closeMs())
    if (!keepsRoom(gang)) this.#standBack(gang, out)
    if (isNews) gang.quietMs = 0
    this.#wait(gang, reason, now, out)
    if (isNews) this.#due.set(gang.key, gang.againMs)
  }

  #wait(gang: Gang, reason: string, now: Millis, out: Out): void {
    const decision = gangDecision(gang, this.#frame(gang, now), 'waiting', reason)
    this.#rest(gang, now)
    if (gang.told === reason) return
    gang.told = reason
    out.push({ type: 'waits', tasks: tasksOf(gang), code: 'no-room', decision })
  }

  /** Pauses for a random time, so that two gangs that block each other do not try again together. */
  #rest(gang: Gang, now: Millis): void {
    const share = 0.5 + this.#parts.prng.float()
    this.#due.set(gang.key, now + rest(gang, now, share, this.#pace.quietMsFirst(), this.#config))
  }

  #frame({ completeMs, startedMs }: Gang, now: Millis): DecisionFrame {
    const wallMs = Math.max(0, Math.round(this.#wallOffset + now))
    return { by: this.#parts.self, wallMs, decisionMs: now - completeMs, auctionMs: now - startedMs }
  }
}

const unreserve = (gang: string) => ({ t: 'unreserve', gang }) as const
