import type { ConnectOptions, SoukClient } from './api.ts'
import { Client } from './client.ts'
import type { Endpoint } from './endpoint.ts'

/**
 * Connects to a mesh through any of these peers (the first is tried first). Endpoints are objects, or text
 * `URL#TOKEN`. Rejects with SoukError: `endpoint-invalid`, `unreachable`, `token-wrong`.
 */
export async function connect(endpoints: (string | Endpoint)[], options: ConnectOptions = {}): Promise<SoukClient> {
  const client = new Client(endpoints, options)
  if (options.probe ?? true) {
    try {
      await client.probe(options.signal)
    } catch (error) {
      await client.close()
      throw error
    }
  }
  return client
}
