import { SoukError } from './souk-error.ts'

/** Where one peer's API listens, and what opens it. */
export interface Endpoint {
  /** such as http://127.0.0.1:7400 or https://host:7443 */
  url: string
  token: string
  /** sha-256 of the listener's certificate, hex (colons allowed): needs a transport that can check it */
  certificateFingerprint?: string
}

/**
 * Reads the text form `URL#TOKEN` or `URL#TOKEN,FINGERPRINT`. The part after `#` never travels in a URL.
 * Throws SoukError `endpoint-invalid`.
 */
export function parseEndpoint(text: string): Endpoint {
  const at = text.indexOf('#')
  const url = at < 0 ? text : text.slice(0, at)
  const [token = '', fingerprint] = at < 0 ? [] : text.slice(at + 1).split(',')
  return checkEndpoint({ url, token, ...(fingerprint ? { certificateFingerprint: fingerprint } : {}) })
}

/** The text form that `parseEndpoint` reads. It holds the token: treat it as a secret. */
export function endpointText(endpoint: Endpoint): string {
  const { url, token, certificateFingerprint } = endpoint
  return `${url}#${token}${certificateFingerprint ? `,${certificateFingerprint}` : ''}`
}

/** The endpoint with its URL brought to the form `scheme://host:port`. Throws SoukError `endpoint-invalid`. */
export function checkEndpoint(endpoint: Endpoint): Endpoint {
  let url: URL
  try {
    url = new URL(endpoint.url)
  } catch {
    throw new SoukError(
      'endpoint-invalid',
      `'${endpoint.url}' is no URL; needed is http://HOST:PORT#TOKEN or https://HOST:PORT#TOKEN`,
    )
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new SoukError(
      'endpoint-invalid',
      `'${endpoint.url}' has scheme ${url.protocol} where http: or https: is needed`,
    )
  }
  if (endpoint.token === '') {
    throw new SoukError(
      'endpoint-invalid',
      `'${endpoint.url}' comes without a token; write it after the URL: ${url.origin}#TOKEN`,
    )
  }
  return { ...endpoint, url: url.origin }
}
