import type { MapOptions, Outcome, SoukClient, Task } from './api.ts'
import { asSoukError, SoukError } from './souk-error.ts'

const inFlightDefault = 10_000

/** See SoukClient.map. Items are drawn as earlier tasks end, so their iterable may be endless until it is stopped. */
export function mapTasks<T>(
  client: Pick<SoukClient, 'submit'>,
  items: Iterable<T>,
  toTask: (item: T, index: number) => Task,
  options: MapOptions<T> = {},
): Promise<Outcome[]> {
  const inFlightMax = options.inFlightMax ?? inFlightDefault
  if (!(inFlightMax >= 1)) {
    return Promise.reject(new SoukError('option-invalid', `inFlightMax is ${inFlightMax}; at least 1 is needed`))
  }
  const stop = new AbortController()
  const { onOutput, after } = options
  const submitOptions = { signal: stop.signal, ...(onOutput ? { onOutput } : {}), ...(after ? { after } : {}) }
  return new Promise<Outcome[]>((resolve, reject) => {
    const iterator = items[Symbol.iterator]()
    const outcomes: Outcome[] = []
    let index = 0
    let inFlight = 0
    let drained = false
    let over = false

    const end = (error?: unknown) => {
      if (over) return
      over = true
      options.signal?.removeEventListener('abort', onAbort)
      if (error === undefined) return resolve(outcomes)
      stop.abort()
      if (!drained) iterator.return?.()
      reject(asSoukError(error))
    }
    const onAbort = () => end(new SoukError('aborted', 'stopped by the caller'))
    const onOutcome = (outcome: Outcome, at: number, item: T) => {
      if (over) return
      outcomes[at] = outcome
      inFlight--
      options.onEnd?.(outcome, at, item)
      fill()
    }
    const fill = () => {
      while (!over && !drained && inFlight < inFlightMax) {
        const next = iterator.next()
        if (next.done) drained = true
        else {
          const at = index++
          inFlight++
          const handle = client.submit(toTask(next.value, at), submitOptions)
          handle.outcome.then((outcome) => onOutcome(outcome, at, next.value)).catch(end)
        }
      }
      if (drained && inFlight === 0) end()
    }

    if (options.signal?.aborted) return onAbort()
    options.signal?.addEventListener('abort', onAbort, { once: true })
    try {
      fill()
    } catch (error) {
      end(error)
    }
  })
}
