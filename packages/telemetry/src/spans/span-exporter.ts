import { once } from 'node:events'
import type { TaskSpan } from './task-span.ts'

/** spans that wait to be sent; what is over is dropped and counted, so that a collector that is away costs no more memory */
const waitingMax = 8_192
const batchMax = 512
const delayMs = 1_000
const sendMsMax = 10_000
const warnEveryMs = 60_000
const reasonCharsMax = 300

export interface SpanExporterOptions {
  /** where the collector takes traces, over OTLP as JSON */
  url: string
  /** whose spans these are */
  peer: string
  name: string
  mesh: string
  version: string
  /** is told for people that spans cannot be sent, and why: once in a while, not each time */
  warn(message: string): void
}

/** Sends spans to a collector. */
export interface SpanExporter {
  send(span: TaskSpan): void
  /** Sends what waits, as far as that is possible within the library's limits and until the signal ends it; never rejects. */
  close(signal?: AbortSignal): Promise<void>
}

/**
 * Loads OpenTelemetry's own libraries, which nothing else does: a peer without `--otel` pays nothing for them. More headers
 * and limits come from their environment variables (OTEL_EXPORTER_OTLP_HEADERS and so on).
 */
export async function openSpanExporter(options: SpanExporterOptions): Promise<SpanExporter> {
  const [api, sdk, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ])
  const { url, peer, name, mesh, version, warn } = options
  const quiet = () => {}
  const said = seldom((why) => warn(troubleOf(url, why)))
  api.diag.setLogger(
    { error: said, warn: said, info: quiet, debug: quiet, verbose: quiet },
    { logLevel: api.DiagLogLevel.WARN, suppressOverrideMessage: true },
  )
  // Ids are made of the task's: the next span takes those that stand here.
  const next = { traceId: '', spanId: '' }
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: sendMsMax })
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({
      'service.name': 'souk',
      'service.version': version,
      'service.instance.id': peer,
      'souk.peer': name,
      'souk.mesh': mesh,
    }),
    idGenerator: { generateTraceId: () => next.traceId, generateSpanId: () => next.spanId },
    // Which are wanted was decided by their trace.
    sampler: new sdk.AlwaysOnSampler(),
    spanProcessors: [
      new sdk.BatchSpanProcessor({
        exporter,
        maxQueueSize: waitingMax,
        maxExportBatchSize: batchMax,
        scheduledDelayMillis: delayMs,
        exportTimeoutMillis: sendMsMax,
      }),
    ],
  })
  const tracer = provider.getTracer('souk', version)
  return {
    send({ name: step, traceId, spanId, parentId, startMs, endMs, failure, attributes }) {
      Object.assign(next, { traceId, spanId })
      const parent = { traceId, spanId: parentId ?? '', traceFlags: api.TraceFlags.SAMPLED, isRemote: true }
      const context = parentId === undefined ? api.ROOT_CONTEXT : api.trace.setSpanContext(api.ROOT_CONTEXT, parent)
      const span = tracer.startSpan(step, { startTime: startMs, attributes: { ...attributes } }, context)
      if (failure !== undefined) span.setStatus({ code: api.SpanStatusCode.ERROR, message: failure })
      span.end(Math.max(startMs, endMs))
    },
    async close(signal) {
      const sent = provider.shutdown().catch((error: Error) => said(error.message))
      if (signal === undefined) return sent
      const late = await Promise.race([sent.then(() => false), aborted(signal).then(() => true)])
      if (late) said('no answer before the peer had to end')
    },
  }
}

const aborted = (signal: AbortSignal): Promise<unknown> => (signal.aborted ? Promise.resolve() : once(signal, 'abort'))

/** The library tells errors as JSON with their stack: people need what happened, to what, and what to look at. */
function troubleOf(url: string, why: string): string {
  const { origin, pathname } = new URL(url)
  const reason = reasonOf(why).split('\n')[0]!.slice(0, reasonCharsMax)
  return `spans cannot be sent to ${origin}${pathname}: ${reason}; tasks are not affected; is the collector up? (--otel)`
}

function reasonOf(why: string): string {
  try {
    const { message, code, name } = JSON.parse(why) as Record<string, unknown>
    return String(message || code || name || why)
  } catch {
    return why
  }
}

/** A collector that is away fails every second: it is said once in a while. */
function seldom(warn: (message: string) => void): (message: string) => void {
  let nextMs = 0
  return (message) => {
    if (performance.now() < nextMs) return
    nextMs = performance.now() + warnEveryMs
    warn(message)
  }
}
