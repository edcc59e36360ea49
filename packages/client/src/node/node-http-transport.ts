import type { ClientRequest, IncomingMessage, Agent as PlainAgent, RequestOptions } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { Endpoint } from '../endpoint.ts'
import type { HttpResponse, HttpTransport } from '../http-transport.ts'
import { SoukError } from '../souk-error.ts'

// An import of node:http evaluates every lazy export of it (fetch's WebSocket among them), which costs more than the
// whole rest of a short command; the built-in module itself is cheap.
const http = process.getBuiltinModule('node:http')

/**
 * Requests over node:http with kept connections: starts in a fraction of fetch's time, and pins the certificate whose
 * fingerprint an endpoint names (what `souk token` prints does). Needs Node 22 or later.
 */
export function nodeHttpTransport(endpoint: Endpoint): HttpTransport {
  const url = new URL(endpoint.url)
  const secure = url.protocol === 'https:'
  const agent: PlainAgent = secure ? pinnedAgent(endpoint) : new http.Agent({ keepAlive: true })
  const base: RequestOptions = {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    agent,
  }
  return {
    request: (method, path, headers, body, signal) => {
      const module = secure ? process.getBuiltinModule('node:https') : http
      return send(module.request({ ...base, method, path, headers: withLength(headers, body) }), body, signal)
    },
    close: async () => agent.destroy(),
  }
}

/**
 * The signal is not among the options of the request: Node would tie it to the connection as well, which outlives the
 * request, and end others that travel over it later.
 */
function send(
  request: ClientRequest,
  body: string | Uint8Array | undefined,
  signal: AbortSignal,
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    let underWay: ClientRequest | IncomingMessage = request
    const abort = (): void => void underWay.destroy(signal.reason)
    request.once('response', (response) => {
      underWay = response
      resolve(asResponse(response))
    })
    request.on('error', reject)
    request.once('close', () => signal.removeEventListener('abort', abort))
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    request.setNoDelay(true)
    request.end(body)
  })
}

function withLength(headers: Record<string, string>, body: string | Uint8Array | undefined): Record<string, string> {
  return body === undefined ? headers : { ...headers, 'content-length': String(Buffer.byteLength(body)) }
}

function asResponse(response: IncomingMessage): HttpResponse {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return { status: response.statusCode ?? 0, headers, body: response }
}

/**
 * An agent for self-signed listeners: the certificate's fingerprint is compared before one byte of the request,
 * token included, leaves. Without a fingerprint the usual authorities decide.
 */
function pinnedAgent(endpoint: Endpoint): PlainAgent {
  const https = process.getBuiltinModule('node:https')
  const wanted = endpoint.certificateFingerprint?.replaceAll(':', '').toLowerCase()
  const agent = new https.Agent({ keepAlive: true })
  if (wanted === undefined) return agent
  agent.createConnection = (options, done) => {
    const socket: TLSSocket = process
      .getBuiltinModule('node:tls')
      .connect({ ...(options as object), rejectUnauthorized: false } as never)
    socket.once('error', (error) => done?.(error, socket))
    socket.once('secureConnect', () => {
      const seen = socket.getPeerCertificate().fingerprint256?.replaceAll(':', '').toLowerCase()
      if (seen === wanted) return done?.(null, socket)
      socket.destroy()
      const message = `${endpoint.url} shows the certificate ${seen}, expected was ${wanted}; somebody may be in between`
      done?.(new SoukError('certificate-mismatch', message), socket)
    })
    // The request waits for `done`.
    return undefined as unknown as TLSSocket
  }
  return agent
}
