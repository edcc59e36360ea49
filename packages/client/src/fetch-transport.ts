import type { Endpoint } from './endpoint.ts'
import type { HttpResponse, HttpTransport } from './http-transport.ts'
import { SoukError } from './souk-error.ts'

async function* chunksOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array> {
  if (!body) return
  const reader = body.getReader()
  let ended = false
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) {
        ended = true
        return
      }
      yield value
    }
  } finally {
    if (!ended) await reader.cancel().catch(() => {})
  }
}

/**
 * Over the platform's `fetch`: works in browsers and Node alike. It cannot pin a certificate: an endpoint with a
 * fingerprint is refused with SoukError `fingerprint-unsupported` rather than used unchecked.
 */
export function fetchTransport(endpoint: Endpoint): HttpTransport {
  if (endpoint.certificateFingerprint !== undefined) {
    throw new SoukError(
      'fingerprint-unsupported',
      `${endpoint.url} names a certificate fingerprint, which fetch cannot check; on Node, take connect from @souk/client/node`,
    )
  }
  return {
    async request(method, path, headers, body, signal): Promise<HttpResponse> {
      const response = await fetch(endpoint.url + path, {
        method,
        headers,
        signal,
        redirect: 'error',
        cache: 'no-store',
        ...(body === undefined ? {} : { body: body as NonNullable<RequestInit['body']> }),
      })
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: chunksOf(response.body),
      }
    },
    async close() {},
  }
}
