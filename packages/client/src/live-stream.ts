import { readEvents } from './event-stream.ts'
import type { EndpointPool } from './pool.ts'
import { asSoukError, type SoukError } from './souk-error.ts'
import { pause } from './turn.ts'

/** peers send a heartbeat every 5 s; three missed mean a peer that hangs */
const silenceMsMax = 15_000
/** before a stream that broke is opened again, doubling while it breaks at once */
const reopenMsMin = 20
const reopenMsMax = 2_000

export interface LiveStreamOptions {
  pool: EndpointPool
  path: string
  signal: AbortSignal
  /** each event's array, and the pool's generation it came from */
  onEvents(events: unknown[], generation: number): void
}

/**
 * One event stream that is opened again when it breaks, with the Last-Event-ID that it got to (ids name the
 * peer's own copy of a stream, so another peer sees that they are not its own). Resolves when the signal aborts; rejects with SoukError where a peer refuses it or none answers.
 */
export async function followStream(options: LiveStreamOptions): Promise<void> {
  const { pool, signal } = options
  let lastId: string | undefined
  let reopenMs = reopenMsMin
  while (!signal.aborted) {
    const generation = pool.generation
    let got = false
    try {
      await readOnce(options, lastId, (id) => {
        lastId = id
        got = true
      })
    } catch (error) {
      if (signal.aborted) return
      const failure = asSoukError(error, 'broken')
      if (isFinal(failure)) throw failure
    }
    reopenMs = got ? reopenMsMin : Math.min(reopenMs * 2, reopenMsMax)
    if (pool.generation === generation) await pause(reopenMs, signal)
  }
}

/** a broken stream is opened again; a refusal, or no peer to be found, ends it */
function isFinal(error: SoukError): boolean {
  return error.code !== 'broken' && error.code !== 'aborted'
}

async function readOnce(
  { pool, path, signal, onEvents }: LiveStreamOptions,
  lastId: string | undefined,
  onId: (id: string | undefined) => void,
): Promise<void> {
  const controller = new AbortController()
  const abort = () => controller.abort()
  signal.addEventListener('abort', abort, { once: true })
  const stopListening = pool.onMove(abort)
  let heardAt = performance.now()
  let generation = pool.generation
  let silence: ReturnType<typeof setInterval> | undefined
  try {
    const opened = await pool.request({
      method: 'GET',
      path,
      headers: { accept: 'text/event-stream', ...(lastId === undefined ? {} : { 'last-event-id': lastId }) },
      signal: controller.signal,
      read: (response) => response,
    })
    generation = opened.generation
    heardAt = performance.now()
    // Not before: the pool has limits of its own for how long an endpoint is looked for, and must reach them.
    silence = setInterval(() => {
      if (performance.now() - heardAt < silenceMsMax) return
      pool.move(generation)
      abort()
    }, silenceMsMax / 3)
    const beat = () => {
      heardAt = performance.now()
    }
    for await (const event of readEvents(opened.result.body, beat)) {
      onId(event.id ?? lastId)
      onEvents(JSON.parse(event.data) as unknown[], generation)
    }
  } finally {
    clearInterval(silence)
    stopListening()
    signal.removeEventListener('abort', abort)
    controller.abort()
  }
}
