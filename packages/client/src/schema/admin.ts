import { type Static, Type } from '@sinclair/typebox'
import { choice, IsoTime, int, list, PeerIdText, strict, TaskIdText, text } from './vocabulary.ts'

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
  /** though tasks cannot end any more then */
  lose: Type.Optional(Type.Boolean()),
})
/** Open tasks of which it was a custodian, as far as those that could be asked knew. */
const RemovalTasks = strict({
  /** enough of their custodians are members still: the others take its place */
  kept: int(),
  /** most of their custodians are removed now: nothing ends these any more */
  unendable: int(),
  /** some of those */
  ids: list(TaskIdText, 8),
  /** peers that did not answer in time */
  missing: list(PeerIdText, 4096),
})
export const RemovalAnswer = strict({ peer: text(), name: text(), role: text(), tasks: RemovalTasks })
export type RemovalAnswer = Static<typeof RemovalAnswer>

export const StopAnswer = strict({ stopping: Type.Boolean() })
