import type { ClientRef, Reply, TraceEvent } from '@souk/peer'

/** Who hears replies and trace events. A listener's own failure is reported and stays its own. */
export class Listeners {
  readonly #clients = new Map<ClientRef, (reply: Reply) => void>()
  readonly #tracers = new Set<(event: TraceEvent) => void>()
  readonly #onTracing: (on: boolean) => void
  readonly #onFailure: (what: string, error: unknown) => void
  #nextClient: ClientRef = 1

  constructor(options: { onTracing: (on: boolean) => void; onFailure: (what: string, error: unknown) => void }) {
    this.#onTracing = options.onTracing
    this.#onFailure = options.onFailure
  }

  get tracing(): boolean {
    return this.#tracers.size > 0
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

  trace(listener: (event: TraceEvent) => void): () => void {
    // A wrapper of its own, so that the same function may listen twice.
    const entry = (event: TraceEvent) => listener(event)
    this.#tracers.add(entry)
    if (this.#tracers.size === 1) this.#onTracing(true)
    return () => {
      if (this.#tracers.delete(entry) && this.#tracers.size === 0) this.#onTracing(false)
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
      try {
        tracer(event)
      } catch (error) {
        this.#onFailure('trace', error)
      }
    }
  }
}
