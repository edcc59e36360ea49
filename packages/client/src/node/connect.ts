import type { ConnectOptions, SoukClient } from '../api.ts'
import { connect as connectAnywhere } from '../connect.ts'
import type { Endpoint } from '../endpoint.ts'
import { nodeHttpTransport } from './node-http-transport.ts'

/**
 * As `connect` of `@souk/client`, over node:http where no other transport is given: it also takes endpoints with a
 * certificate's fingerprint, `URL#TOKEN,FINGERPRINT`, as `souk token` prints them. Rejects with SoukError:
 * `endpoint-invalid`, `unreachable`, `token-wrong`, `certificate-mismatch`.
 */
export function connect(endpoints: (string | Endpoint)[], options: ConnectOptions = {}): Promise<SoukClient> {
  return connectAnywhere(endpoints, { transport: nodeHttpTransport, ...options })
}
