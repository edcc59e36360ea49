import type { Machine, Millis, WallMillis } from '@souk/kernel'
import {
  type Ballot,
  type Baton,
  type Bearer as BearerId,
  compareBallots,
  type Incarnation,
  type MessageOf,
  type Outcome,
  type PeerId,
  type Refusal,
  type TaskId,
} from '@souk/wire'
import { BatonMemory } from './baton-memory.ts'
import type { BearerEffect, BearerInput, BearerMessage } from './bearer-io.ts'
import { attemptOf, type Borne, enterBorne, type Placing } from './borne.ts'
import type { CustodyConfig } from './config.ts'
import { decideRetry } from './decide-next.ts'
import { Outbox } from './outbox.ts'
import { majority } from './quorum.ts'
import { Renewals } from './renewals.ts'
import { attemptCode, toOutcome } from './to-outcome.ts'

type Out = BearerEffect[]
type Fence = Pick<MessageOf<'fenced'>, 'task' | 'ballot' | 'promised' | 'code'>

/**
 * The right to queue, run, move and commit tasks, as far as this peer has it.
 *
 * Invariants: I16 a baton has one bearer: it is handed to one named peer in one life, retried to that same peer and to
 * no other, never to a peer on its path, and never taken twice by one life. I4 one outcome is proposed under a
 * ballot. I5 a run is stopped when its lease was not confirmed for `leaseStopMs`; a bearer that stopped never resumes.
 * Inputs: batons from the local custodian or other peers, market's choices, what the host's runs came to.
 * Effects: sends, orders to host and market. Bounds: batonMemoryMax.
 */
export class Bearer implements Machine<BearerInput, BearerEffect> {
  readonly #config: CustodyConfig
  readonly #self: PeerId
  readonly #borne = new Map<TaskId, Borne>()
  readonly #renewals: Renewals
  readonly #outbox = new Outbox()
  readonly #memory: BatonMemory
  #incarnation: Incarnation = 0
  #wallOffset: WallMillis = 0
  #nextRenew: Millis = Infinity
  #nextCheck: Millis = Infinity
  #leaving = false

  constructor(config: CustodyConfig, { self }: { self: PeerId }) {
    this.#config = config
    this.#self = self
    this.#renewals = new Renewals(config, self)
    this.#memory = new BatonMemory(config.batonMemoryMax, config.batonMemoryMs)
  }

  step(input: BearerInput, now: Millis, out: Out): void {
    switch (input.type) {
      case 'start':
        this.#incarnation = input.incarnation
        this.#wallOffset = input.wallMs - now
        break
      case 'bear':
        this.#onBear(input, now, out)
        break
      case 'durable':
        this.#onDurable(input.task, now, out)
        break
      case 'void':
        this.#drop(input.task, out)
        break
      case 'message':
        this.#onMessage(input.from, input.message, now, out)
        break
      case 'handOver':
        this.#onPlaced(input.tasks, { choice: 'handOver', to: input.to, alternates: input.alternates }, now, out)
        break
      case 'keep':
        this.#onPlaced(input.tasks, { choice: 'keep' }, now, out)
        break
      case 'unplaceable':
        this.#onPlaced([input.task], { choice: 'unplaceable', message: input.message }, now, out)
        break
      case 'admit':
        this.#onAdmit(input.task, input.refusal, now, out)
        break
      case 'began':
        this.#onBegan(input.task, input.ballot)
        break
      case 'ended':
        this.#onEnded(input, now, out)
        break
      case 'dropped':
        this.#onDropped(input.task, input.ballot, input.code, out)
        break
      case 'connected':
        this.#onConnected(input.peer, input.incarnation, out)
        break
      case 'leave':
        this.#onLeave(out)
        break
      case 'wake':
        this.#onWake(now, out)
        break
    }
    this.#outbox.flush(out)
  }

  nextWakeup(): Millis | undefined {
    const due = Math.min(this.#nextRenew, this.#nextCheck)
    return due === Infinity ? undefined : due
  }

  snapshot() {
    return [...this.#borne.values()].map(({ record, ballot, state, sinceMs }) => ({
      task: record.id,
      ballot,
      state,
      sinceMs,
    }))
  }

  get size(): number {
    return this.#borne.size
  }

  // ---- getting and placing

  #onBear(input: Extract<BearerInput, { type: 'bear' }>, now: Millis, out: Out): void {
    const { record, ballot, attempts, durable } = input
    if (this.#leaving) return
    this.#memory.remember(record.id, ballot, now)
    this.#borne.set(record.id, {
      record,
      ballot,
      attempts,
      sinceMs: now,
      state: 'waiting',
      durable,
      confirmed: new Set(),
      fencedBy: new Set(),
    })
    this.#arm(now)
    out.push({ type: 'waiting', record, attempts: attempts.length })
  }

  #onDurable(task: TaskId, now: Millis, out: Out): void {
    const borne = this.#borne.get(task)
    if (!borne || borne.durable) return
    borne.durable = true
    if (borne.pending) this.#place(borne, borne.pending, now, out)
  }

  /** Done now, or as soon as the record is on disk: nothing runs or leaves before. */
  #onPlaced(tasks: readonly TaskId[], placing: Placing, now: Millis, out: Out): void {
    for (const task of tasks) {
      const borne = this.#borne.get(task)
      if (borne?.state !== 'waiting') continue
      if (borne.durable) this.#place(borne, placing, now, out)
      else borne.pending = placing
    }
  }

  #place(borne: Borne, placing: Placing, now: Millis, out: Out): void {
    switch (placing.choice) {
      case 'keep':
        this.#take(borne, out)
        break
      case 'handOver':
        this.#handOver(borne, placing.to, placing.alternates, now)
        break
      case 'unplaceable': {
        const { ballot, attempts } = borne
        const { message } = placing
        const endedWallMs = this.#wall(now)
        this.#commit(borne, { kind: 'failed', code: 'unplaceable', message, ballot, attempts, endedWallMs }, out)
      }
    }
  }

  #handOver(borne: Borne, to: BearerId, alternates: BearerId[], now: Millis): void {
    const before = borne.offered?.baton
    const baton: Baton = {
      record: borne.record,
      ballot: borne.ballot,
      incarnation: to.incarnation,
      path: [...(before?.path ?? []), this.#self],
      alternates,
      bounces: before ? before.bounces + 1 : 0,
      moves: before?.moves ?? 0,
      attempts: borne.attempts,
    }
    enterBorne(borne, 'handed')
    borne.handed = { to, baton, atMs: now }
    this.#memory.passOn(borne.record.id, borne.ballot, to)
    this.#outbox.award(to.peer, baton)
  }

  #take(borne: Borne, out: Out): void {
    enterBorne(borne, 'queued')
    const { record, ballot } = borne
    const leased = record.custodians.some((custodian) => custodian !== this.#self)
    out.push({ type: 'take', record, ballot, attempt: attemptOf(borne), leased })
  }

  // ---- batons from others

  #onMessage(from: BearerId, message: BearerMessage, now: Millis, out: Out): void {
    switch (message.t) {
      case 'award':
        for (const baton of message.batons) this.#onAward(from, baton, now, out)
        break
      case 'accept':
        for (const { task, ballot } of message.tasks) this.#onAccept(task, ballot)
        break
      case 'renewed':
        this.#renewals.onRenewed(from.peer, message.seq, message.again)
        for (const { task, ballot } of message.refused)
          this.#onFenced(from.peer, { task, ballot, promised: ballot, code: 'fenced' }, now, out)
        break
      case 'committed':
        this.#onCommitted(from.peer, message)
        break
      case 'fenced':
        this.#onFenced(from.peer, message, now, out)
        break
    }
  }

  #onAward(from: BearerId, baton: Baton, now: Millis, out: Out): void {
    const { id: task } = baton.record
    const known = this.#borne.get(task)
    if (known && compareBallots(known.ballot, baton.ballot) === 0) {
      // Our accept was lost with a connection: say it again.
      if (known.state !== 'offered' && known.state !== 'handed') this.#sayAccepted(known, from.peer)
      return
    }
    const wrong = this.#decideWrong(from.peer, baton)
    if (wrong) {
      out.push({ type: 'rejected', from: from.peer, code: wrong })
      return
    }
    const borne: Borne = {
      record: baton.record,
      ballot: baton.ballot,
      attempts: baton.attempts,
      sinceMs: now,
      state: 'offered',
      durable: true,
      offered: { from, baton },
      confirmed: new Set(),
      fencedBy: new Set(),
    }
    const refusal = this.#decideRefusal(known !== undefined, this.#memory.remember(task, baton.ballot, now))
    if (refusal) {
      this.#bounce(borne, refusal, now, out)
      return
    }
    this.#borne.set(task, borne)
    this.#arm(now)
    out.push({ type: 'offered', baton, from: from.peer })
  }

  /** A baton that was not meant for this life of this peer, or that it had before: it is not answered. */
  #decideWrong(from: PeerId, baton: Baton): string | undefined {
    if (baton.incarnation !== this.#incarnation) return 'old-incarnation'
    if (baton.path.includes(this.#self)) return 'on-path'
    if (baton.path.at(-1) !== from) return 'forged-path'
    if (this.#memory.has(baton.record.id, baton.ballot)) return 'borne-before'
    return undefined
  }

  #decideRefusal(runsOlder: boolean, remembered: boolean): Refusal | undefined {
    if (this.#leaving) return { code: 'stopping', never: false, detail: 'this peer is going' }
    if (runsOlder) return { code: 'stopping', never: false, detail: 'an older run of it is still ending here' }
    if (!remembered) return { code: 'memory-full', never: false, detail: 'too many batons in too short a time' }
    return undefined
  }

  #onAdmit(task: TaskId, refusal: Refusal | undefined, now: Millis, out: Out): void {
    const borne = this.#borne.get(task)
    if (borne?.state !== 'offered') return
    if (refusal) {
      this.#borne.delete(task)
      this.#bounce(borne, refusal, now, out)
      return
    }
    this.#take(borne, out)
    this.#sayAccepted(borne, borne.offered!.from.peer)
  }

  #sayAccepted(borne: Borne, from: PeerId): void {
    const { id, custodians } = borne.record
    for (const to of custodians) if (to !== this.#self) this.#outbox.accept(to, id, borne.ballot)
    if (!custodians.includes(from)) this.#outbox.accept(from, id, borne.ballot)
  }

  /** Passes a baton on to its next alternate, or gives it up. At most two bounces (I8). */
  #bounce(borne: Borne, refusal: Refusal, now: Millis, out: Out): void {
    const { baton } = borne.offered!
    const { ballot } = borne
    const task = borne.record.id
    const next = baton.bounces < 2 ? baton.alternates.findIndex((to) => this.#mayPass(to, baton)) : -1
    const to = baton.alternates[next]
    out.push({ type: 'bounced', task, ballot, to: to?.peer, refusal })
    if (!to) {
      this.#giveUp(borne, { ran: false, code: refusal.code, message: refusal.detail, refusal }, out)
      return
    }
    // An older run of it that is still ending here stays in sight; then a lost handover is left to the lease.
    if (!this.#borne.has(task)) this.#borne.set(task, borne)
    this.#handOver(borne, to, baton.alternates.slice(next + 1), now)
    for (const custodian of borne.record.custodians) {
      out.push({ type: 'send', to: custodian, message: { t: 'bounce', task, ballot, to, refusal } })
    }
  }

  #mayPass(to: BearerId, baton: Baton): boolean {
    return to.peer !== this.#self && !baton.path.includes(to.peer)
  }

  #onAccept(task: TaskId, ballot: Ballot): void {
    const borne = this.#borne.get(task)
    if (borne?.state === 'handed' && compareBallots(borne.ballot, ballot) === 0) this.#borne.delete(task)
  }

  #onConnected(peer: PeerId, incarnation: Incarnation, out: Out): void {
    this.#renewals.onConnected(peer)
    for (const borne of this.#borne.values()) {
      const { handed, outcome } = borne
      if (handed?.to.peer === peer && handed.to.incarnation === incarnation) this.#outbox.award(peer, handed.baton)
      if (outcome && borne.record.custodians.includes(peer)) this.#sendCommit(borne, outcome, peer, out)
    }
  }

  // ---- running

  #under(task: TaskId, ballot: Ballot): Borne | undefined {
    const borne = this.#borne.get(task)
    return borne && compareBallots(borne.ballot, ballot) === 0 ? borne : undefined
  }

  #onBegan(task: TaskId, ballot: Ballot): void {
    const borne = this.#under(task, ballot)
    if (borne?.state === 'queued') enterBorne(borne, 'running')
  }

  #onEnded(input: Extract<BearerInput, { type: 'ended' }>, now: Millis, out: Out): void {
    const borne = this.#under(input.task, input.ballot)
    if (!borne) return
    const { result } = input
    const { ending, ballot, attempts } = borne
    const { kind } = borne.record.spec.work
    if (ending === 'cancelled' || ending === 'fenced') {
      this.#sayStopped(borne, out)
      return
    }
    const own = result.end === 'ok' || result.end === 'failed' || result.end === 'timeout'
    if (!own) {
      const ran = ending !== 'shutdown'
      this.#giveUp(borne, { ran, code: ending ?? attemptCode(result, kind), message: result.message }, out)
    } else if (result.end !== 'ok' && decideRetry(borne.record.spec, attempts)) {
      this.#giveUp(borne, { ran: true, code: attemptCode(result, kind), message: result.message }, out)
    } else {
      this.#commit(borne, toOutcome(result, { kind, ballot, host: this.#self, attempts, wallMs: this.#wall(now) }), out)
    }
  }

  #onDropped(task: TaskId, ballot: Ballot, code: string, out: Out): void {
    const borne = this.#under(task, ballot)
    if (!borne) return
    if (borne.ending === 'cancelled' || borne.ending === 'fenced') this.#sayStopped(borne, out)
    else this.#giveUp(borne, { ran: false, code: borne.ending ?? code, message: 'it had not started' }, out)
  }

  #sayStopped(borne: Borne, out: Out): void {
    const { ballot } = borne
    const task = borne.record.id
    this.#borne.delete(task)
    for (const to of borne.record.custodians) out.push({ type: 'send', to, message: { t: 'stopped', task, ballot } })
  }

  #giveUp(borne: Borne, why: { ran: boolean; code: string; message: string; refusal?: Refusal }, out: Out): void {
    const { ballot } = borne
    const task = borne.record.id
    if (this.#borne.get(task) === borne) this.#borne.delete(task)
    out.push({ type: 'givenUp', task, ballot, code: why.code })
    for (const to of borne.record.custodians)
      out.push({ type: 'send', to, message: { t: 'giveUp', task, ballot, ...why } })
  }

  // ---- ending

  #commit(borne: Borne, outcome: Outcome, out: Out): void {
    enterBorne(borne, 'committing')
    borne.outcome = outcome
    for (const to of borne.record.custodians) this.#sendCommit(borne, outcome, to, out)
  }

  #sendCommit(borne: Borne, outcome: Outcome, to: PeerId, out: Out): void {
    if (borne.confirmed.has(to)) return
    const { id: task, version } = borne.record
    out.push({ type: 'send', to, message: { t: 'commit', task, version, ballot: borne.ballot, outcome } })
  }

  #onCommitted(from: PeerId, message: MessageOf<'committed'>): void {
    const borne = this.#under(message.task, message.ballot)
    if (!borne?.outcome || !borne.record.custodians.includes(from)) return
    borne.confirmed.add(from)
    if (borne.confirmed.size >= majority(borne.record.custodians.length)) this.#borne.delete(message.task)
  }

  #onFenced(from: PeerId, message: Fence, now: Millis, out: Out): void {
    const { task, ballot, promised, code } = message
    const borne = this.#borne.get(task)
    if (borne && compareBallots(borne.ballot, promised) >= 0 && compareBallots(borne.ballot, ballot) !== 0) return
    if (borne) {
      borne.fencedBy.add(from)
      if (borne.fencedBy.size < majority(borne.record.custodians.length)) return
    }
    if (!borne || borne.state === 'handed' || borne.state === 'offered') {
      this.#answerFence(from, task, ballot, now, out)
    } else if (borne.state === 'queued' || borne.state === 'running') {
      borne.ending = code === 'cancelled' ? 'cancelled' : 'fenced'
      out.push({ type: 'halt', task, ballot: borne.ballot, code: borne.ending })
    } else {
      if (borne.state === 'waiting') out.push({ type: 'withdrawn', task })
      this.#sayStopped(borne, out)
    }
  }

  /** Nothing of it runs here: it went on, and whoever asks must know where; or it must not come any more. */
  #answerFence(from: PeerId, task: TaskId, ballot: Ballot, now: Millis, out: Out): void {
    const to = this.#memory.passedTo(task, ballot)
    this.#borne.delete(task)
    if (to) {
      const refusal: Refusal = { code: 'stopping', never: false, detail: 'it was passed on before' }
      out.push({ type: 'send', to: from, message: { t: 'bounce', task, ballot, to, refusal } })
      return
    }
    this.#memory.remember(task, ballot, now)
    out.push({ type: 'send', to: from, message: { t: 'stopped', task, ballot } })
  }

  #drop(task: TaskId, out: Out): void {
    if (this.#borne.delete(task)) out.push({ type: 'withdrawn', task })
  }

  #onLeave(out: Out): void {
    this.#leaving = true
    for (const borne of [...this.#borne.values()]) {
      const { ballot } = borne
      const task = borne.record.id
      if (borne.state === 'waiting') this.#drop(task, out)
      if (borne.state !== 'queued' && borne.state !== 'running') continue
      borne.ending = 'shutdown'
      out.push({ type: 'halt', task, ballot, code: 'shutdown' })
    }
  }

  // ---- time

  #arm(now: Millis): void {
    this.#nextRenew = Math.min(this.#nextRenew, now + this.#config.renewMs)
    this.#nextCheck = Math.min(this.#nextCheck, now + this.#config.leaseStopMs)
  }

  #onWake(now: Millis, out: Out): void {
    if (now >= this.#nextRenew) {
      for (const { to, message } of this.#renewals.round(this.#borne.values(), this.#incarnation, now)) {
        out.push({ type: 'send', to, message })
      }
      this.#commitAgain(now, out)
      this.#nextRenew = this.#borne.size > 0 ? now + this.#config.renewMs : Infinity
    }
    if (now >= this.#nextCheck) {
      this.#checkLeases(now, out)
      this.#nextCheck = this.#borne.size > 0 ? now + this.#config.leaseCheckMs : Infinity
    }
  }

  #commitAgain(now: Millis, out: Out): void {
    for (const borne of this.#borne.values()) {
      const { outcome } = borne
      if (!outcome || now - borne.sinceMs < this.#config.renewMs) continue
      for (const to of borne.record.custodians) this.#sendCommit(borne, outcome, to, out)
    }
  }

  #checkLeases(now: Millis, out: Out): void {
    for (const borne of [...this.#borne.values()]) {
      const { ballot, handed } = borne
      const task = borne.record.id
      // By then its custodians have started another ballot, or the receiver has answered them.
      if (handed && now - handed.atMs > 2 * this.#config.leaseMs) this.#borne.delete(task)
      if (borne.ending || (borne.state !== 'queued' && borne.state !== 'running')) continue
      if (!this.#renewals.ranOut(borne, now)) continue
      borne.ending = 'lease-lost'
      out.push({ type: 'leaseLost', task, ballot })
      out.push({ type: 'halt', task, ballot, code: 'fenced' })
    }
  }

  #wall(now: Millis): WallMillis {
    return Math.round(this.#wallOffset + now)
  }
}
