import type { TraceEvent } from '@souk/peer'
import { openSpanExporter, type SpanExporterOptions } from './span-exporter.ts'
import { TaskSpans } from './task-spans.ts'

/** A listener for `PeerHandle.trace` that sends each step of each task as a span, and how it ends. */
export interface SpanTracing {
  listener(event: TraceEvent): void
  /** Sends what waits, until the signal ends that; never rejects. */
  close(signal?: AbortSignal): Promise<void>
}

/** @param share of traces that nobody outside began, from 0 to 1 */
export async function traceSpans(options: SpanExporterOptions & { share: number }): Promise<SpanTracing> {
  const exporter = await openSpanExporter(options)
  const spans = new TaskSpans({
    share: options.share,
    // As they are now: clocks that are set while the peer runs move later spans only.
    wallOf: (at) => Date.now() - performance.now() + at,
    emit: (span) => exporter.send(span),
  })
  return { listener: spans.listener, close: (signal) => exporter.close(signal) }
}
