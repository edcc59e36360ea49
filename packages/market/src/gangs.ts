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
 * Places gangs that this peer bears: all hosts that could run some are asked to keep room, and once all members have some
 * they are handed out in one step; else what was kept is free again, and it is tried later, at a random time. One that has
 * waited for long and is the oldest of all that want the same hosts keeps what it gets (hosts tell it of older ones of
 * other bearers); the others keep nothing while they wait, and start where that does not keep it up.
 *
 * Invariants: no member of a gang that is all here is placed without the others. Of a gang that is not all here within
 * `gatherMsMax` (another peer bears a part, or one has begun before) each is placed alone: so nothing waits for ever.
 * Inputs: waiting batons, what hosts keep. Effects: asks, awards. Bounds: custody bounds what waits.
 */
export class Gangs implements Machine<GangsInput, GangsEffect> {
  readonly #config: GangConfig
  readonly #parts: GangsParts
  readonly #pace: Pace
  readonly #gangs = new Map<string, Gang>()
  readonly #gangOf = new Map<TaskId, Gang>()
  /** gathering: placed alone then; resting: tried again; asking: closed */
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
        // Who rests because nobody had room looks again at its time: many would ask whenever anything ends.
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
    // Not alike, whatever it says of itself.
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

  /** One that is gone is missed by the others: they wait for it once more, and then go alone. */
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

  /** It waits for those that are away: room that is kept for it meanwhile would only be lost to others. */
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
      // Too late: nothing is to be kept for a gang that does not ask, save for one that asks again and again.
      if (message.count > 0 && !gang?.patient) out.push({ type: 'send', to: from, message: unreserve(message.gang) })
      return
    }
    const { self, members } = this.#parts
    noteReserved(gang, from === self ? ownHost(this.#parts) : members.candidate(from), from, message)
    if (this.#award(gang, now, out)) return
    if (gang.asked.size === 0) this.#onTooLittle(gang, now, out)
  }

  /** Who has found too little room asks again once hosts have enough, or once it is the first of all in line. */
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

  /** What it keeps would wait for what others do not give it: it keeps nothing until it asks again. */
  #standBack(gang: Gang, out: Out): void {
    this.#release(gang, out)
    gang.patient = false
    gang.start = undefined
  }

  /** All of them, or none. */
  #award(gang: Gang, now: Millis, out: Out): boolean {
    const { self, prng, members } = this.#parts
    const there = gang.kept.filter(({ peer }) => peer === self || members.candidate(peer)?.reachable)
    const places = decidePlaces(prng.sample(there, there.length), gang.size)
    if (places.length === 0) return false
    const reason = togetherReason(gang, places.length)
    const decisionFor = (peer: PeerId) => gangDecision(gang, this.#frame(gang, now), 'gang', reason, peer)
    out.push(...awardsOf(places, tasksOf(gang), decisionFor, { self, members }))
    this.#release(gang, out)
    this.#forget(gang)
    return true
  }

  /** What is kept beyond what was handed out is free again: said after the batons, on the same streams. */
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

  /** Two that get in each other's way must not come again at the same time. */
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
