import type { Static } from '@sinclair/typebox'
import { ends, watch } from './dependency.ts'
import { custodyMessages, type TaskView as TaskViewSchema } from './messages/custody-messages.ts'
import { gangMessages } from './messages/gang-messages.ts'
import { marketMessages } from './messages/market-messages.ts'
import { rosterMessages } from './messages/roster-messages.ts'
import { speculationMessages } from './messages/speculation-messages.ts'
import { traceMessages } from './messages/trace-messages.ts'

/** Every message that one peer may send another, by its tag `t`. */
export const messageSchemas = {
  ...rosterMessages,
  ...marketMessages,
  ...custodyMessages,
  watch,
  ends,
  ...gangMessages,
  ...speculationMessages,
  ...traceMessages,
}

export type MessageTag = keyof typeof messageSchemas
export type MessageOf<T extends MessageTag> = Static<(typeof messageSchemas)[T]>
export type Message = { [T in MessageTag]: MessageOf<T> }[MessageTag]
export type RosterMessage = { [T in keyof typeof rosterMessages]: MessageOf<T> }[keyof typeof rosterMessages]
export type TaskView = Static<typeof TaskViewSchema>
