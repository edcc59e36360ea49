import type { BodyOf, Routes } from '@souk/client'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type DoorKeys, refuseForeignPage } from '../admission.ts'
import { ApiError } from '../api-error.ts'
import { type Access, type Listener, mayDo } from '../tokens.ts'
import type { LoginCodes } from './login-codes.ts'

interface DoorCall {
  request: FastifyRequest
  reply: FastifyReply
  listener: Listener
}

/** Into and out of the console. */
export const loginHandlers = {
  login(
    { body, request, reply, listener }: DoorCall & { body: BodyOf<Routes['login']> },
    { console, loginCodes, options }: DoorKeys & { loginCodes: LoginCodes },
  ) {
    // A page elsewhere must not log a browser in either: its person would work in somebody else's name.
    refuseForeignPage(request)
    const role = 'code' in body ? loginCodes.redeem(body.code) : options.tokens.check(body.token, listener)?.role
    if (role === undefined) {
      throw new ApiError(401, 'token-wrong', 'the token is not known here; make one for this mesh: souk token')
    }
    const { cookie, expiresAt } = console.open(role, listener)
    reply.header('set-cookie', cookie)
    return { role, expiresAt }
  },
  logout({ request, reply, listener }: DoorCall, { console }: DoorKeys) {
    refuseForeignPage(request)
    reply.header('set-cookie', console.end(request.headers.cookie, listener))
    return { loggedOut: true }
  },
  loginCode(
    { body, access, request }: Pick<DoorCall, 'request'> & { body: BodyOf<Routes['loginCode']>; access: Access },
    { loginCodes }: { loginCodes: LoginCodes },
  ) {
    const role = body.role ?? access.role
    if (!mayDo(access.role, role))
      throw new ApiError(403, 'role-insufficient', `you have the role ${access.role} and cannot give ${role} away`)
    // Else one session would open the next for ever, and whoever has its cookie for a moment would never be out again.
    if (request.headers.authorization === undefined)
      throw new ApiError(
        403,
        'token-needed',
        'a session of the console makes no login codes; get a link with a token: souk console',
      )
    return loginCodes.issue(role)
  },
}
