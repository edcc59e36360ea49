import type { Incarnation } from './ids.ts'
import type { LoadStamp } from './load-stamp.ts'
import type { Message } from './message.ts'

/** What travels at once between two peers: all messages of a turn, and the sender's load stamp. */
export interface Frame {
  incarnation: Incarnation
  load: LoadStamp
  messages: Message[]
}
