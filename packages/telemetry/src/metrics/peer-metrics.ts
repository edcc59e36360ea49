import type { Registry } from 'prom-client'
import type { MeasuredPeer } from './measured-peer.ts'
import { metrics } from './metrics.ts'

/** A page in the text format of Prometheus, with its media type. */
export interface MetricsPage {
  contentType: string
  text: string
}

/**
 * A peer's metrics by prom-client, with those of its process (CPU, memory, event loop, garbage collection). Nothing is
 * loaded or measured until the first page is asked for: a peer that nobody scrapes does not pay.
 */
export class PeerMetrics {
  readonly #read: () => MeasuredPeer
  readonly #wallMs: () => number
  #registry: Promise<Registry> | undefined

  /** `wallMs`: the clock that `startedWallMs` was read from. */
  constructor(read: () => MeasuredPeer, wallMs: () => number = Date.now) {
    this.#read = read
    this.#wallMs = wallMs
  }

  /** How everything is now. */
  async page(): Promise<MetricsPage> {
    this.#registry ??= this.#register()
    const registry = await this.#registry
    return { contentType: registry.contentType, text: await registry.metrics() }
  }

  async #register(): Promise<Registry> {
    // By its default export: that is all that a bundle gives of CommonJS.
    const { Counter, Gauge, Registry, collectDefaultMetrics } = (await import('prom-client')).default
    const registry = new Registry()
    collectDefaultMetrics({ register: registry })
    const read = this.#read
    const wallMs = this.#wallMs
    // One snapshot a page: metrics that are read one after the other then go together.
    let seen: MeasuredPeer | undefined
    const snapshot = (): MeasuredPeer => {
      if (seen === undefined) {
        seen = read()
        setImmediate(() => {
          seen = undefined
        })
      }
      return seen
    }
    for (const metric of metrics) {
      const { name, help, kind } = metric
      const common = { name, help, labelNames: [...metric.labels], registers: [registry] }
      if (kind === 'gauge') {
        new Gauge({
          ...common,
          collect() {
            this.reset()
            for (const { labels, value } of metric.read(snapshot(), wallMs())) this.set({ ...labels }, value)
          },
        })
      } else {
        new Counter({
          ...common,
          collect() {
            this.reset()
            for (const { labels, value } of metric.read(snapshot(), wallMs())) this.inc({ ...labels }, value)
          },
        })
      }
    }
    return registry
  }
}
