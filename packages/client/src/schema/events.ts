import { type Static, Type } from '@sinclair/typebox'
import { PeerIdText, strict } from './vocabulary.ts'

/** every value of a query is text */
export const EventsRequest = strict({
  /** types or first words of them, separated by commas: `task,auction.closed` */
  type: Type.Optional(Type.String({ pattern: '^[a-zA-Z.]{1,32}(,[a-zA-Z.]{1,32}){0,31}$' })),
  /** an id or its beginning */
  task: Type.Optional(Type.String({ pattern: '^[0-9a-z]{3,24}$' })),
  /** the id of a peer that events are about, go to or come from */
  peer: Type.Optional(PeerIdText),
  /** so many of the events before come first, where they are kept: 0 (the default) to 10,000 */
  recent: Type.Optional(Type.String({ pattern: '^(0|[1-9][0-9]{0,3}|10000)$' })),
})
export type EventsRequest = Static<typeof EventsRequest>
