import { type Static, Type } from '@sinclair/typebox'
import { OutcomeBody } from './outcome.ts'
import { apiLimits, choice, int, list, strict, TaskIdText, text } from './vocabulary.ts'

/**
 * What a session's stream carries. Each event of the stream is an array of these, with an id for Last-Event-ID.
 * The first is `hello`: `resumed` false means that earlier events may be lost and the client asks again.
 */
export const SessionEvent = Type.Union([
  strict({ type: Type.Literal('hello'), resumed: Type.Boolean() }),
  /** events were dropped because the client read too slowly: it asks again */
  strict({ type: Type.Literal('resync') }),
  strict({ type: Type.Literal('outcome'), task: TaskIdText, outcome: OutcomeBody }),
  strict({
    type: Type.Literal('output'),
    task: TaskIdText,
    stream: choice('stdout', 'stderr'),
    offset: int(),
    /** base-64; empty: what was kept of the run has been given, and what comes after it is live */
    data: text(apiLimits.stdinCharsMax),
  }),
  /** with a code: the rest of the output could not be read */
  strict({
    type: Type.Literal('outputEnd'),
    task: TaskIdText,
    code: Type.Optional(text(256)),
    message: Type.Optional(text()),
  }),
  /** a watched task's state; `state` absent: not known where it would be, or (reachable false) nobody to ask */
  strict({
    type: Type.Literal('view'),
    task: TaskIdText,
    state: Type.Optional(text(32)),
    reachable: Type.Boolean(),
  }),
])
export type SessionEvent = Static<typeof SessionEvent>

/** Tasks submitted elsewhere or before: their outcomes come over the session's stream. Answered by `view` events. */
export const WatchBody = strict({
  tasks: list(TaskIdText, apiLimits.tasksPerRequestMax, 1),
  /** their live output too, from the start */
  output: Type.Optional(Type.Boolean()),
})
export type WatchBody = Static<typeof WatchBody>
export const WatchAnswer = strict({ watched: int() })
