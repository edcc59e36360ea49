import type { Machine, Millis } from '@souk/kernel'
import type { Bearer as BearerId, Incarnation, PeerId, TaskId } from '@souk/wire'
import { BearerEndings } from './bearer-endings.ts'
import type { BearerEffect, BearerInput, BearerMessage } from './bearer-io.ts'
import type { Borne, Placing } from './borne.ts'
import type { CustodyConfig } from './config.ts'
import { Handing } from './handing.ts'
import { Hands } from './hands.ts'

type Out = BearerEffect[]

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
  readonly #hands: Hands
  readonly #endings: BearerEndings
  readonly #handing: Handing
  #nextRenew: Millis = Infinity
  #nextCheck: Millis = Infinity

  constructor(config: CustodyConfig, { self }: { self: PeerId }) {
    this.#config = config
    this.#hands = new Hands(config, self)
    this.#endings = new BearerEndings(this.#hands)
    this.#handing = new Handing(this.#hands, this.#endings)
  }

  step(input: BearerInput, now: Millis, out: Out): void {
    switch (input.type) {
      case 'start':
        this.#hands.start(input.wallMs, input.incarnation, now)
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
        this.#handing.onAdmit(input.task, input.refusal, now, out)
        break
      case 'began':
        this.#endings.onBegan(input.task, input.ballot)
        break
      case 'ended':
        this.#endings.onEnded(input, now, out)
        break
      case 'dropped':
        this.#endings.onDropped(input.task, input.ballot, input.code, out)
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
    this.#hands.outbox.flush(out)
    if (this.#hands.borne.size > 0) this.#arm(now)
  }

  nextWakeup(): Millis | undefined {
    const due = Math.min(this.#nextRenew, this.#nextCheck)
    return due === Infinity ? undefined : due
  }

  snapshot() {
    return [...this.#hands.borne.values()].map(({ record, ballot, state, sinceMs }) => ({
      task: record.id,
      ballot,
      state,
      sinceMs,
    }))
  }

  get size(): number {
    return this.#hands.borne.size
  }

  // ---- getting and placing

  #onBear(input: Extract<BearerInput, { type: 'bear' }>, now: Millis, out: Out): void {
    const { record, ballot, attempts, durable } = input
    if (this.#hands.leaving) return
    // A baton under an older ballot is over; market must not know the task twice.
    if (this.#hands.borne.get(record.id)?.state === 'waiting') this.#drop(record.id, out)
    this.#hands.memory.remember(record.id, ballot, now)
    this.#hands.borne.set(record.id, {
      record,
      ballot,
      attempts,
      sinceMs: now,
      state: 'waiting',
      durable,
      confirmed: new Set(),
      fencedBy: new Set(),
    })
    out.push({ type: 'waiting', record, attempts: attempts.length })
  }

  #onDurable(task: TaskId, now: Millis, out: Out): void {
    const borne = this.#hands.borne.get(task)
    if (!borne || borne.durable) return
    borne.durable = true
    if (borne.pending) this.#place(borne, borne.pending, now, out)
  }

  /** Done now, or as soon as the record is on disk: nothing runs or leaves before. */
  #onPlaced(tasks: readonly TaskId[], placing: Placing, now: Millis, out: Out): void {
    for (const task of tasks) {
      const borne = this.#hands.borne.get(task)
      if (borne?.state !== 'waiting') continue
      if (borne.durable) this.#place(borne, placing, now, out)
      else borne.pending = placing
    }
  }

  #place(borne: Borne, placing: Placing, now: Millis, out: Out): void {
    switch (placing.choice) {
      case 'keep':
        this.#handing.take(borne, out)
        break
      case 'handOver':
        this.#handing.handOver(borne, placing.to, placing.alternates, now)
        break
      case 'unplaceable': {
        const { ballot, attempts } = borne
        const { message } = placing
        const endedWallMs = this.#hands.wall(now)
        this.#endings.commit(
          borne,
          { kind: 'failed', code: 'unplaceable', message, ballot, attempts, endedWallMs },
          out,
        )
      }
    }
  }

  // ---- batons from others

  #onMessage(from: BearerId, message: BearerMessage, now: Millis, out: Out): void {
    switch (message.t) {
      case 'award':
        for (const baton of message.batons) this.#handing.onAward(from, baton, now, out)
        break
      case 'accept':
        for (const { task, ballot } of message.tasks) this.#handing.onAccept(from.peer, task, ballot)
        break
      case 'renewed':
        this.#hands.renewals.onRenewed(from.peer, message.seq, message.again)
        for (const { task, ballot } of message.refused)
          this.#endings.onFenced(from.peer, { task, ballot, promised: ballot, code: 'fenced' }, now, out)
        break
      case 'committed':
        this.#endings.onCommitted(from.peer, message)
        break
      case 'fenced':
        this.#endings.onFenced(from.peer, message, now, out)
        break
    }
  }

  #onConnected(peer: PeerId, incarnation: Incarnation, out: Out): void {
    this.#hands.renewals.onConnected(peer)
    for (const borne of this.#hands.borne.values()) {
      const { handed, outcome } = borne
      if (handed?.to.peer === peer && handed.to.incarnation === incarnation)
        this.#hands.outbox.award(peer, handed.baton)
      if (outcome && borne.record.custodians.includes(peer)) this.#endings.sendCommit(borne, outcome, peer, out)
    }
  }

  #drop(task: TaskId, out: Out): void {
    if (this.#hands.borne.delete(task)) out.push({ type: 'withdrawn', task })
  }

  #onLeave(out: Out): void {
    this.#hands.leaving = true
    for (const borne of [...this.#hands.borne.values()]) {
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
      for (const { to, message } of this.#hands.renewals.round(
        this.#hands.borne.values(),
        this.#hands.incarnation,
        now,
      )) {
        out.push({ type: 'send', to, message })
      }
      this.#commitAgain(now, out)
      this.#nextRenew = this.#hands.borne.size > 0 ? now + this.#config.renewMs : Infinity
    }
    if (now >= this.#nextCheck) {
      this.#checkLeases(now, out)
      this.#nextCheck = this.#hands.borne.size > 0 ? now + this.#config.leaseCheckMs : Infinity
    }
  }

  #commitAgain(now: Millis, out: Out): void {
    for (const borne of this.#hands.borne.values()) {
      const { outcome } = borne
      if (!outcome || now - borne.sinceMs < this.#config.renewMs) continue
      for (const to of borne.record.custodians) this.#endings.sendCommit(borne, outcome, to, out)
    }
  }

  #checkLeases(now: Millis, out: Out): void {
    for (const borne of [...this.#hands.borne.values()]) {
      const { ballot, handed } = borne
      const task = borne.record.id
      // By then its custodians have started another ballot, or the receiver has answered them.
      if (handed && now - handed.atMs > 2 * this.#config.leaseMs) this.#hands.borne.delete(task)
      if (borne.ending || (borne.state !== 'queued' && borne.state !== 'running')) continue
      if (!this.#hands.renewals.ranOut(borne, now)) continue
      borne.ending = 'lease-lost'
      out.push({ type: 'leaseLost', task, ballot })
      out.push({ type: 'halt', task, ballot, code: 'fenced' })
    }
  }
}
