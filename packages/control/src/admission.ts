import { consoleHeader, type Route } from '@souk/client'
import type { FastifyRequest } from 'fastify'
import { ApiError } from './api-error.ts'
import type { ConsoleSessions } from './console/console-sessions.ts'
import type { ControlOptions } from './options.ts'
import { type Access, type Listener, mayDo } from './tokens.ts'

/** What opens the API. */
export interface DoorKeys {
  options: Pick<ControlOptions, 'tokens'>
  console: ConsoleSessions
}

/** Who asks, and that they may. Throws ApiError 401 `token-wrong`, 403 `role-insufficient`, `origin-refused`. */
export function admit(request: FastifyRequest, route: Route, parts: DoorKeys, listener: Listener): Access {
  const { authorization } = request.headers
  const bySession = authorization === undefined ? parts.console.check(request.headers.cookie, listener) : undefined
  if (bySession !== undefined) refuseForeignPage(request)
  const access = bySession ?? byToken(authorization, parts, listener)
  if (mayDo(access.role, route.role!)) return access
  const what = bySession === undefined ? 'token' : 'session'
  throw new ApiError(403, 'role-insufficient', `this ${what} has the role ${access.role}; needed is ${route.role}`)
}

function byToken(authorization: string | undefined, parts: DoorKeys, listener: Listener): Access {
  const token = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(authorization ?? '')?.[1]
  const access = token === undefined ? undefined : parts.options.tokens.check(token, listener)
  if (access) return access
  const seen = token === undefined ? 'no token was sent' : 'the token is not known here'
  throw new ApiError(
    401,
    'token-wrong',
    `${seen}; send 'authorization: Bearer TOKEN' with the token of this peer's data folder`,
  )
}

/**
 * A browser adds the cookie to whatever page asks. The header cannot be sent across origins unless this peer allowed it,
 * which it never does; the cookie's SameSite and the Origin are a second and a third lock.
 */
export function refuseForeignPage(request: FastifyRequest): void {
  const { origin, host } = request.headers
  const foreign = typeof origin === 'string' && origin.replace(/^https?:\/\//, '') !== host
  if (!foreign && request.headers[consoleHeader] !== undefined) return
  const message = foreign
    ? `a page of ${origin} may not use the session of a console`
    : `a session opens requests with the header ${consoleHeader} only; programs send a token`
  throw new ApiError(403, 'origin-refused', message)
}
