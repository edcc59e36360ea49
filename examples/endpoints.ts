import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Endpoint } from '@souk/client/node'

/**
 * Where the stories find peers: each place is a peer's data folder on this host, or `URL#TOKEN`. Without places:
 * SOUK_ENDPOINT (such texts, with blanks between), else the data folder SOUK_DATA, else ~/.souk.
 */
export function findEndpoints(places: string[] = []): (string | Endpoint)[] {
  const { SOUK_ENDPOINT, SOUK_DATA } = process.env
  if (places.length > 0) return places.map(endpointAt)
  if (SOUK_ENDPOINT) return SOUK_ENDPOINT.trim().split(/\s+/)
  return [endpointAt(SOUK_DATA || join(homedir(), '.souk'))]
}

/** A running peer writes how to reach it into its data folder, readable by its owner alone. */
function endpointAt(place: string): string | Endpoint {
  if (place.includes('#')) return place
  try {
    const { url, token } = JSON.parse(readFileSync(join(place, 'api.json'), 'utf8')) as Endpoint
    return { url, token }
  } catch (cause) {
    throw new Error(`no peer runs in ${place}; start one: souk up --data ${place}`, { cause })
  }
}
