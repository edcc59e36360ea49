import { readAll } from './byte-stream.ts'
import { checkEndpoint, type Endpoint, parseEndpoint } from './endpoint.ts'
import type { HttpResponse, HttpTransport, TransportFactory } from './http-transport.ts'
import type { FailureBody } from './schema/failure.ts'
import { SoukError } from './souk-error.ts'
import { pause } from './turn.ts'

/** until an answer's headers are here; a peer answers submits within 10 s, so silence beyond means it hangs */
const attemptMsMax = 15_000
/** between rounds over all endpoints, doubling */
const backoffMsMin = 50
const backoffMsMax = 2_000
const endpointsMax = 64
const failureBytesMax = 1024 * 1024

export interface PoolRequest<T> {
  method: string
  path: string
  body?: string | Uint8Array
  headers?: Record<string, string>
  signal: AbortSignal
  /** Makes the result while the attempt lasts: what it throws (other than SoukError) is tried again elsewhere. */
  read: (response: HttpResponse) => Promise<T> | T
  /** a large upload may be silent for longer */
  attemptMsMax?: number
}

/**
 * The endpoints of one client: one is current; requests that get no answer go to the next, until
 * `reconnectMsMax` has passed. So every request must be safe to repeat.
 */
export class EndpointPool {
  readonly #links: { endpoint: Endpoint; transport: HttpTransport }[]
  readonly #reconnectMsMax: number
  readonly #moved = new Set<() => void>()
  #current = 0
  #failures = 0
  /** rises when another endpoint becomes the current one */
  generation = 0

  constructor(endpoints: (string | Endpoint)[], transport: TransportFactory, reconnectMsMax: number) {
    if (endpoints.length === 0 || endpoints.length > endpointsMax) {
      throw new SoukError(
        'endpoint-invalid',
        `${endpoints.length} endpoints were given; needed are 1 to ${endpointsMax}`,
      )
    }
    this.#links = endpoints.map((given) => {
      const endpoint = typeof given === 'string' ? parseEndpoint(given) : checkEndpoint(given)
      return { endpoint, transport: transport(endpoint) }
    })
    this.#reconnectMsMax = reconnectMsMax
  }

  /** Calls back after each move to another endpoint, until the returned function is called. */
  onMove(listener: () => void): () => void {
    this.#moved.add(listener)
    return () => this.#moved.delete(listener)
  }

  /** Says that the endpoint of this generation gave no answer. The second time in a row the next one takes over. */
  failed(generation: number): void {
    if (generation !== this.generation) return
    if (++this.#failures >= 2) this.move(generation)
  }

  /** Goes on to the next endpoint at once (unless that has happened since). */
  move(generation: number): void {
    if (generation !== this.generation || this.#links.length === 1) return
    this.#current = (this.#current + 1) % this.#links.length
    this.#failures = 0
    this.generation++
    for (const listener of [...this.#moved]) listener()
  }

  /** Rejects with the peer's own SoukError, `unreachable` when no endpoint answers, or `aborted`. */
  async request<T>(request: PoolRequest<T>): Promise<{ result: T; generation: number }> {
    const deadline = performance.now() + this.#reconnectMsMax
    let backoffMs = backoffMsMin
    for (let attempt = 1; ; attempt++) {
      if (request.signal.aborted) throw new SoukError('aborted', 'stopped by the caller')
      const generation = this.generation
      let cause: unknown
      try {
        const result = await this.#attempt(request)
        if (generation === this.generation) this.#failures = 0
        return { result, generation }
      } catch (error) {
        if (error instanceof SoukError && error.status !== 503) throw error
        cause = error
      }
      if (request.signal.aborted) throw new SoukError('aborted', 'stopped by the caller', { cause })
      this.failed(generation)
      if (performance.now() >= deadline) throw this.#unreachable(cause)
      // The first two failures are tried again at once: an idle connection that was reset, then the next endpoint.
      if (attempt % (this.#links.length * 2) === 0) {
        await pause(backoffMs * (0.5 + Math.random() / 2), request.signal)
        backoffMs = Math.min(backoffMs * 2, backoffMsMax)
      }
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#links.map((link) => link.transport.close()))
  }

  async #attempt<T>(request: PoolRequest<T>): Promise<T> {
    const { endpoint, transport } = this.#links[this.#current]!
    const controller = new AbortController()
    const abort = () => controller.abort()
    request.signal.addEventListener('abort', abort, { once: true })
    const timer = setTimeout(abort, request.attemptMsMax ?? attemptMsMax)
    const headers: Record<string, string> = { ...request.headers, authorization: `Bearer ${endpoint.token}` }
    if (typeof request.body === 'string') headers['content-type'] = 'application/json'
    else if (request.body) headers['content-type'] = 'application/octet-stream'
    const { method, path, body } = request
    let streaming = false
    try {
      const response = await transport.request(method, path, headers, body, controller.signal)
      clearTimeout(timer)
      if (response.status >= 400) throw await failureOf(response, endpoint)
      const result = await request.read(response)
      streaming = (result as unknown) === response
      return result
    } finally {
      clearTimeout(timer)
      // A stream goes on after this; whoever reads it must still be able to abort it by the signal.
      if (!streaming) request.signal.removeEventListener('abort', abort)
    }
  }

  #unreachable(cause: unknown): SoukError {
    const urls = this.#links.map((link) => link.endpoint.url).join(', ')
    const why =
      cause instanceof Error ? (cause.cause instanceof Error ? cause.cause.message : cause.message) : String(cause)
    return new SoukError('unreachable', `no peer answers at ${urls} (${why}); is one running there?`, { cause })
  }
}

async function failureOf(response: HttpResponse, endpoint: Endpoint): Promise<SoukError> {
  const text = new TextDecoder().decode(await readAll(response.body, failureBytesMax))
  let failure: Partial<FailureBody> = {}
  try {
    failure = JSON.parse(text) as FailureBody
  } catch {
    // not a peer's answer: a proxy, another program
  }
  const code = failure.code ?? 'answer-invalid'
  const message = failure.message ?? `${endpoint.url} answered ${response.status} in a form that is not Souk's`
  return new SoukError(code, message, {
    status: response.status,
    ...(failure.path === undefined ? {} : { path: failure.path }),
    ...(failure.details === undefined ? {} : { details: failure.details }),
  })
}
