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
  /** the body from the second attempt on, where it must be another: an earlier one may have arrived */
  again?: () => string
  headers?: Record<string, string>
  signal: AbortSignal
  /** Makes the result while the attempt lasts: what it throws (other than SoukError) is tried again elsewhere. */
  read: (response: HttpResponse) => Promise<T> | T
  /** a large upload may be silent for longer */
  attemptMsMax?: number
}

/** How long a request looks for an endpoint that answers. */
export interface Patience {
  /** until the first answer ever: a wrong address should show soon */
  connectMsMax: number
  /** afterwards: a peer may be starting again */
  reconnectMsMax: number
}

interface Link {
  endpoint: Endpoint
  transport: HttpTransport
  /** why it gave no answer, the last time it gave none */
  failure?: string
}

/**
 * The endpoints of one client: one is current; requests that get no answer go to the next, until
 * its patience is at an end. So every request must be safe to repeat.
 */
export class EndpointPool {
  readonly #links: Link[]
  readonly #patience: Patience
  readonly #moved = new Set<() => void>()
  #current = 0
  /** some endpoint has answered: they are the right ones, so a silence later is worth waiting out */
  #answered = false
  #failures = 0
  /** rises when another endpoint becomes the current one */
  generation = 0

  constructor(endpoints: (string | Endpoint)[], transport: TransportFactory, patience: Patience) {
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
    this.#patience = patience
  }

  /** Calls back after each move to another endpoint, until the returned function is called. */
  onMove(listener: () => void): () => void {
    this.#moved.add(listener)
    return () => this.#moved.delete(listener)
  }

  /**
   * Says that the endpoint of this generation gave no answer. The second time in a row the next one takes over, or at
   * once before any has answered.
   */
  failed(generation: number): void {
    if (generation !== this.generation) return
    if (++this.#failures >= 2 || !this.#answered) this.move(generation)
  }

  get size(): number {
    return this.#links.length
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
    const began = performance.now()
    let backoffMs = backoffMsMin
    for (let attempt = 1; ; attempt++) {
      if (request.signal.aborted) throw new SoukError('aborted', 'stopped by the caller')
      const generation = this.generation
      let cause: unknown
      try {
        const result = await this.#attempt(
          attempt > 1 && request.again ? { ...request, body: request.again() } : request,
        )
        if (generation === this.generation) this.#failures = 0
        return { result, generation }
      } catch (error) {
        if (error instanceof SoukError && error.status !== 503) throw error
        cause = error
      }
      if (request.signal.aborted) throw new SoukError('aborted', 'stopped by the caller', { cause })
      this.failed(generation)
      const { connectMsMax, reconnectMsMax } = this.#patience
      const msMax = this.#answered ? reconnectMsMax : Math.min(connectMsMax, reconnectMsMax)
      const triedAll = this.#answered || attempt >= this.#links.length
      const leftMs = began + msMax - performance.now()
      if (triedAll && leftMs <= 0) throw this.#unreachable(cause)
      // The first two failures are tried again at once: an idle connection that was reset, then the next endpoint.
      if (attempt % (this.#links.length * 2) === 0) {
        await pause(Math.min(leftMs, backoffMs * (0.5 + Math.random() / 2)), request.signal)
        backoffMs = Math.min(backoffMs * 2, backoffMsMax)
      }
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#links.map((link) => link.transport.close()))
  }

  async #attempt<T>(request: PoolRequest<T>): Promise<T> {
    const link = this.#links[this.#current]!
    const { endpoint, transport } = link
    const controller = new AbortController()
    const abort = () => controller.abort()
    request.signal.addEventListener('abort', abort, { once: true })
    const silenceMsMax = request.attemptMsMax ?? attemptMsMax
    let silent = false
    const timer = setTimeout(() => {
      silent = true
      abort()
    }, silenceMsMax)
    const headers: Record<string, string> = { ...request.headers, authorization: `Bearer ${endpoint.token}` }
    if (typeof request.body === 'string') headers['content-type'] = 'application/json'
    else if (request.body) headers['content-type'] = 'application/octet-stream'
    const { method, path, body } = request
    let streaming = false
    try {
      const response = await transport.request(method, path, headers, body, controller.signal)
      clearTimeout(timer)
      this.#answered = true
      if (response.status >= 400) throw await failureOf(response, endpoint)
      const result = await request.read(response)
      streaming = (result as unknown) === response
      return result
    } catch (error) {
      link.failure = silent ? `no answer within ${silenceMsMax} ms` : reasonOf(error)
      throw error
    } finally {
      clearTimeout(timer)
      // A stream goes on after this; whoever reads it must still be able to abort it by the signal.
      if (!streaming) request.signal.removeEventListener('abort', abort)
    }
  }

  #unreachable(cause: unknown): SoukError {
    const seen = this.#links.map(({ endpoint, failure }) => `${endpoint.url} (${failure ?? 'not tried'})`).join(', ')
    return new SoukError('unreachable', `no peer answers at ${seen}; is one running there?`, { cause })
  }
}

/** What went wrong, of an error by `fetch` or by sockets: those of several addresses have no text of their own. */
function reasonOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (inner instanceof AggregateError && inner.errors.length > 0) return inner.errors.map(reasonOf).join('; ')
  return inner instanceof Error && inner.message !== '' ? inner.message : String(inner)
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
  const said = failure.message ?? `it answered ${response.status} in a form that is not Souk's`
  // Of several endpoints one may hold a wrong token, or be no peer at all.
  const message = failure.message === undefined || response.status === 401 ? `${endpoint.url}: ${said}` : said
  return new SoukError(code, message, {
    status: response.status,
    ...(failure.path === undefined ? {} : { path: failure.path }),
    ...(failure.details === undefined ? {} : { details: failure.details }),
  })
}
