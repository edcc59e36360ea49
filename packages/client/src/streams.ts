import type { OutputChunk } from './api.ts'
import { fromBase64 } from './base64.ts'
import { pathOf } from './call.ts'
import { type EventsQuery, eventsRequest } from './events.ts'
import { followStream } from './live-stream.ts'
import type { EndpointPool } from './pool.ts'
import { SoukError } from './souk-error.ts'

/** read but not yet taken by the loop that iterates; over it the reader falls behind and is told so */
const waitingMax = 100_000

/** The events of a followed stream as an async iterable; leaving the loop closes the stream. */
async function* iterate(
  pool: EndpointPool,
  path: string,
  caller: AbortSignal,
): AsyncGenerator<Record<string, unknown>> {
  const controller = new AbortController()
  const abort = () => controller.abort()
  caller.addEventListener('abort', abort, { once: true })
  if (caller.aborted) abort()
  let waiting: Record<string, unknown>[] = []
  let failure: unknown
  let over = false
  let wake: () => void = () => {}
  followStream({
    pool,
    path,
    signal: controller.signal,
    onEvents(events) {
      if (waiting.length + events.length > waitingMax) {
        failure = new SoukError(
          'reader-too-slow',
          `more than ${waitingMax} events wait to be read; read faster or reconnect`,
        )
        controller.abort()
      } else waiting.push(...(events as Record<string, unknown>[]))
      wake()
    },
  })
    .catch((error) => {
      failure ??= error
    })
    .finally(() => {
      over = true
      wake()
    })
  try {
    for (;;) {
      const batch = waiting
      waiting = []
      for (const event of batch) yield event
      if (waiting.length > 0) continue
      if (failure !== undefined) throw failure
      if (over) throw new SoukError('aborted', 'stopped by the caller')
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  } finally {
    caller.removeEventListener('abort', abort)
    controller.abort()
  }
}

/** See SoukClient.logs. After a break it starts over at the peer and skips what was given already. */
export async function* readLogs(
  pool: EndpointPool,
  task: string,
  signal: AbortSignal,
  follow: boolean,
): AsyncGenerator<OutputChunk> {
  const given = { stdout: 0, stderr: 0 }
  for await (const event of iterate(pool, pathOf('output', { id: task }), signal)) {
    if (event.type === 'outputEnd') {
      if (event.code === undefined) return
      throw new SoukError(event.code as string, (event.message as string | undefined) ?? 'the rest cannot be read')
    }
    if (event.type !== 'output') continue
    const stream = event.stream as 'stdout' | 'stderr'
    const whole = fromBase64(event.data as string)
    // Without data: what the host has kept was given, and what comes now is live.
    if (whole.byteLength === 0 && !follow) return
    const skip = Math.max(0, given[stream] - (event.offset as number))
    if (skip >= whole.byteLength) continue
    const offset = (event.offset as number) + skip
    given[stream] = offset + whole.byteLength - skip
    yield { task: event.task as string, stream, offset, data: whole.subarray(skip) }
  }
}

/** See SoukClient.events. */
export function readTrace(
  pool: EndpointPool,
  signal: AbortSignal,
  query: EventsQuery,
): AsyncGenerator<Record<string, unknown>> {
  return iterate(pool, pathOf('events', {}, eventsRequest(query)), signal)
}
