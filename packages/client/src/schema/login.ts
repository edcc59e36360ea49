import { type Static, Type } from '@sinclair/typebox'
import { choice, IsoTime, strict, text } from './vocabulary.ts'

const role = choice('admin', 'submit', 'observe')

export const LoginCodeBody = strict({
  /** what whoever logs in with it may do; at most what the asker may; default: that */
  role: Type.Optional(role),
})
export type LoginCodeBody = Static<typeof LoginCodeBody>
/** opens one session in a browser, once */
export const LoginCodeAnswer = strict({ code: text(128), role, expiresAt: IsoTime })
export type LoginCodeAnswer = Static<typeof LoginCodeAnswer>

/** a one-time code, or a token of the API */
export const LoginBody = Type.Union([strict({ code: text(128, 1) }), strict({ token: text(512, 1) })])
export const LoginAnswer = strict({ role, expiresAt: IsoTime })
export const LogoutAnswer = strict({ loggedOut: Type.Boolean() })
