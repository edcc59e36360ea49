import {
  connect,
  consoleHeader,
  type FailureBody,
  fetchTransport,
  type HttpTransport,
  paths,
  type SoukClient,
  SoukError,
  type TransportFactory,
} from '@souk/client'

/** the session's cookie opens the API; the client wants a word where a token would be */
const unusedToken = 'session'
/** a peer that is starting again is asked anew by whoever shows that it is away */
const reconnectMsMax = 2_000

/** Requests as the session of this browser: with its header, without a token. */
const sessionTransport: TransportFactory = (endpoint): HttpTransport => {
  const inner = fetchTransport(endpoint)
  return {
    request(method, path, headers, ...rest) {
      const { authorization, ...others } = headers
      return inner.request(method, path, { ...others, [consoleHeader]: '1' }, ...rest)
    },
    close: () => inner.close(),
  }
}

export function openClient(): Promise<SoukClient> {
  const endpoint = { url: location.origin, token: unusedToken }
  return connect([endpoint], {
    transport: sessionTransport,
    probe: false,
    reconnectMsMax,
    connectMsMax: reconnectMsMax,
  })
}

/** Opens a session of this browser with a one-time code or a token. Rejects with the peer's SoukError. */
export function logIn(secret: { code: string } | { token: string }): Promise<void> {
  return post(paths.login.path, secret)
}

export function logOut(): Promise<void> {
  return post(paths.logout.path, {})
}

async function post(path: string, body: object): Promise<void> {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [consoleHeader]: '1' },
    body: JSON.stringify(body),
  })
  if (answer.ok) return
  const { code, message } = (await answer.json().catch(() => ({}))) as Partial<FailureBody>
  throw new SoukError(code ?? 'answer-invalid', message ?? `this peer answered ${answer.status}`, {
    status: answer.status,
  })
}

/** The code of a login link; it is taken out of the address at once, so that no bookmark or copy keeps it. */
export function takeLoginCode(): string | undefined {
  const code = /^#code=([\w-]{8,128})$/.exec(location.hash)?.[1]
  if (code !== undefined) history.replaceState(null, '', location.pathname)
  return code
}
