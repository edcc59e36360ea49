import { type Static, Type } from '@sinclair/typebox'
import { choice, IsoTime, int, strict, text } from './vocabulary.ts'

export const InvitationBody = strict({
  role: Type.Optional(choice('host', 'submit', 'observe', 'admin')),
  name: Type.Optional(text(64, 1)),
  uses: Type.Optional(int(1000, 1)),
  validMs: Type.Optional(int(2 ** 40, 1)),
})
export type InvitationBody = Static<typeof InvitationBody>
export const InvitationAnswer = strict({ line: text(), expiresAt: IsoTime })
export type InvitationAnswer = Static<typeof InvitationAnswer>

export const RemovalBody = strict({
  /** id or name */
  peer: text(256, 1),
  /** though it is alive */
  alive: Type.Optional(Type.Boolean()),
})
export const RemovalAnswer = strict({ peer: text(), name: text(), role: text() })
export type RemovalAnswer = Static<typeof RemovalAnswer>

export const StopAnswer = strict({ stopping: Type.Boolean() })
