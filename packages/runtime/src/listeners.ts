import type { ClientRef, Reply, TraceEvent, Tracing, UntimedTrace } from '@souk/peer'

interface Tracer {
  listener: (event: TraceEvent) => void
  wants: ((event: UntimedTrace) => boolean) | undefined
}

/** Who hears replies and trace events. A listener's own failure is reported and stays its own. */
export class Listeners {
  readonly #clients = new Map<ClientRef, (reply: Reply) => void>()
  readonly #tracers = new Set<Tracer>()
  readonly #onTracing: (tracing: Tracing) => void
  readonly #onFailure: (what: string, error: unknown) => void
  #nextClient: ClientRef = 1

  constructor(options: { onTracing: (tracing: Tracing) => void; onFailure: (what: string, error: unknown) => void }) {
    this.#onTracing = options.onTracing
    this.#onFailure = options.onFailure
  }

  /** What is read of the trace. */
  get tracing(): Tracing {
    const tracers = [...this.#tracers]
    if (tracers.some(({ wants }) => wants === undefined)) return true
    return tracers.length > 0 && ((event) => tracers.some((tracer) => this.#isWanted(tracer, event)))
  }

  attach(listener: (reply: Reply) => void): ClientRef {
    const client = this.#nextClient++
    this.#clients.set(client, listener)
    return client
  }

  /** False: no such client (any more). */
  detach(client: ClientRef): boolean {
    return this.#clients.delete(client)
  }

  /** `wants`: it hears these alone; undefined: all. */
  trace(listener: Tracer['listener'], wants?: Tracer['wants']): () => void {
    // An entry of its own, so that the same function may listen twice.
    const entry = { listener, wants }
    this.#tracers.add(entry)
    this.#onTracing(this.tracing)
    return () => {
      if (this.#tracers.delete(entry)) this.#onTracing(this.tracing)
    }
  }

  reply(client: ClientRef, reply: Reply): void {
    try {
      this.#clients.get(client)?.(reply)
    } catch (error) {
      this.#onFailure('reply', error)
    }
  }

  event(event: TraceEvent): void {
    for (const tracer of this.#tracers) {
      if (!this.#isWanted(tracer, event)) continue
      try {
        tracer.listener(event)
      } catch (error) {
        this.#onFailure('trace', error)
      }
    }
  }

  /** Asked within a step of the machine, which would take a failure for its own. */
  #isWanted({ wants }: Tracer, event: UntimedTrace): boolean {
    try {
      return wants === undefined || wants(event)
    } catch (error) {
      this.#onFailure('trace', error)
      return false
    }
  }
}
