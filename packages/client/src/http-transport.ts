import type { Endpoint } from './endpoint.ts'

/** One answer of a peer's API. `body` may be read once; leaving its loop early closes the connection's stream. */
export interface HttpResponse {
  status: number
  /** names in lower case */
  headers: Record<string, string>
  body: AsyncIterable<Uint8Array>
}

/**
 * How requests reach one endpoint. The default goes over `fetch`; a Node program may bring its own
 * (faster to start, able to pin a certificate).
 *
 * `request` rejects only where no answer came (refused, reset, aborted); an answer of any status is a response.
 */
export interface HttpTransport {
  /**
   * @param path begins with `/` and includes the query
   * @param headers names in lower case; authorization and content-type are already among them
   */
  request(
    method: string,
    path: string,
    headers: Record<string, string>,
    body: string | Uint8Array | undefined,
    signal: AbortSignal,
  ): Promise<HttpResponse>
  /** closes idle connections; requests under way end by their signals */
  close(): Promise<void>
}

/** Makes the transport of one endpoint; called once for each. */
export type TransportFactory = (endpoint: Endpoint) => HttpTransport
