import type { Millis } from '@souk/kernel'
import type { Message, PeerId } from '@souk/wire'
import { Counters } from './counters.ts'
import type { PeerEffect } from './effects.ts'
import type { TraceEvent } from './trace.ts'

/** TraceEvent without its time, for each of its kinds. */
type Event = TraceEvent extends infer E ? (E extends { at: Millis } ? Omit<E, 'at'> : never) : never

/** Where everything that leaves a machine goes: to the driver, to the trace, or, for this peer itself, back in. */
export class Outlet {
  readonly counters = new Counters()
  tracing = true
  readonly #self: PeerId
  readonly #local: Message[] = []
  #now: Millis = 0
  #out: PeerEffect[] = []

  constructor(self: PeerId) {
    this.#self = self
  }

  /** The time of the current step. */
  get now(): Millis {
    return this.#now
  }

  begin(now: Millis, out: PeerEffect[]): void {
    this.#now = now
    this.#out = out
  }

  trace(event: Event): void {
    this.counters.add(event.type)
    if (this.tracing) this.#out.push({ type: 'trace', event: { at: this.#now, ...event } as TraceEvent })
  }

  /** For the driver to act on, so it is built whether somebody reads or not. */
  alarm(event: Event): void {
    this.counters.add(event.type)
    this.#out.push({ type: 'trace', event: { at: this.#now, ...event } as TraceEvent })
  }

  send(to: PeerId, message: Message): void {
    if (to === this.#self) this.#local.push(message)
    else this.#out.push({ type: 'send', to, message })
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
