import { earliest, type Millis } from '@souk/kernel'
import type { Message, PeerId } from '@souk/wire'
import { Counters } from './counters.ts'
import type { PeerEffect } from './effects.ts'
import { RidingMessages, RidingWrites } from './riders.ts'
import type { TraceEvent } from './trace.ts'
import { defaultTraceLogConfig, TraceLog, type Tracing, type UntimedTrace } from './trace-log.ts'

type PersistEffect = Extract<PeerEffect, { type: 'persist' }>

/** The one way out of the machines: to the driver, to the trace, or back to the router for messages to this peer itself. */
export class Outlet {
  readonly counters = new Counters()
  /** recent trace events, for readers that come later */
  readonly log: TraceLog
  /** which events somebody reads now */
  tracing: Tracing = true
  readonly #self: PeerId
  readonly #local: Message[] = []
  readonly #ridingMessages = new RidingMessages()
  readonly #ridingWrites = new RidingWrites()
  #leaving = false
  #now: Millis = 0
  #out: PeerEffect[] = []

  constructor(self: PeerId, log = defaultTraceLogConfig) {
    this.#self = self
    this.log = new TraceLog(log, self)
  }

  /** The time of the current step. */
  get now(): Millis {
    return this.#now
  }

  begin(now: Millis, out: PeerEffect[]): void {
    this.#now = now
    this.#out = out
  }

  trace(event: UntimedTrace): void {
    this.counters.add(event.type)
    this.log.push(this.#now, event)
    if (this.tracing === true || (this.tracing !== false && this.tracing(event)))
      this.#out.push({ type: 'trace', event: { at: this.#now, ...event } as TraceEvent })
  }

  /** An event on which the driver acts, so it becomes an effect whether somebody reads the trace or not. */
  alarm(event: UntimedTrace): void {
    this.counters.add(event.type)
    this.log.push(this.#now, event)
    this.#out.push({ type: 'trace', event: { at: this.#now, ...event } as TraceEvent })
  }

  send(to: PeerId, message: Message): void {
    if (to === this.#self) this.#local.push(message)
    else {
      this.#release(to)
      this.#out.push({ type: 'send', to, message })
    }
  }

  /** Sends a message that is not urgent: with the next message to that peer, or a little later by itself. */
  sendAlong(to: PeerId, message: Message): void {
    if (to === this.#self || this.#leaving) this.send(to, message)
    else if (!this.#ridingMessages.add(to, message, this.#now)) this.#release(to)
  }

  persist({ seq, writes }: Pick<PersistEffect, 'seq' | 'writes'>): void {
    const before = this.#ridingWrites.take()
    this.#out.push({ type: 'persist', seq, writes: before ? [...before.writes, ...writes] : writes })
  }

  /** Writes what is not urgent: with the next write that something waits for, or a little later by itself. */
  persistAlong(effect: Pick<PersistEffect, 'seq' | 'writes'>): void {
    if (this.#leaving) this.persist(effect)
    else if (!this.#ridingWrites.add(effect.seq, effect.writes, this.#now)) this.#releaseWrites()
  }

  /** This peer is about to end: all riders leave now, and later ones at once. */
  leave(): void {
    this.#leaving = true
    this.#releaseDue(Infinity)
  }

  nextWakeup(): Millis | undefined {
    return earliest(this.#ridingMessages.nextDueMs(), this.#ridingWrites.nextDueMs())
  }

  /** Releases the riders whose time has come. */
  wake(): void {
    this.#releaseDue(this.#now)
  }

  #releaseDue(now: Millis): void {
    for (let to = this.#ridingMessages.popDue(now); to !== undefined; to = this.#ridingMessages.popDue(now))
      this.#release(to)
    if ((this.#ridingWrites.nextDueMs() ?? Infinity) <= now) this.#releaseWrites()
  }

  #release(to: PeerId): void {
    for (const message of this.#ridingMessages.take(to)) this.#out.push({ type: 'send', to, message })
  }

  #releaseWrites(): void {
    const riding = this.#ridingWrites.take()
    if (riding) this.#out.push({ type: 'persist', ...riding })
  }

  /** The next message of this peer to itself. */
  nextLocal(): Message | undefined {
    return this.#local.shift()
  }

  emit(effect: PeerEffect): void {
    this.#out.push(effect)
  }

  refuse(client: number, tag: number, code: string, message: string): void {
    this.trace({ type: 'task.refused', code, message })
    this.#out.push({ type: 'reply', client, reply: { type: 'refused', tag, code, message } })
  }
}
