import { type Static, Type } from '@sinclair/typebox'
import { AgentId, apiLimits, int, list, strict, text } from './vocabulary.ts'

const name = text(apiLimits.nameCharsMax, 1)

/** A program that serves functions. It reads its calls at /v1/agents/ID/calls within ten seconds, or is let go. */
export const AttachBody = strict({
  functions: list(name, apiLimits.functionsMax, 1),
  /** calls at once; default 1 */
  slots: Type.Optional(int(1024, 1)),
  /** it wants to hear (`warm`) how many calls are expected at once */
  warm: Type.Optional(Type.Boolean()),
})
export type AttachBody = Static<typeof AttachBody>
export const AttachAnswer = strict({ agent: AgentId })

/** Each event of the stream of calls is an array of these. After a reconnect every open call comes again. */
export const AgentEvent = Type.Union([
  strict({
    type: Type.Literal('call'),
    run: text(256, 1),
    task: text(96),
    function: name,
    /** JSON text: the array of the call's arguments */
    args: text(apiLimits.eventCharsMax),
    /** 1 for the task's first run */
    attempt: int(),
    /** rises with every start of the task: side effects can refuse an older one */
    fence: text(256),
  }),
  /** nobody waits for this call any more; it is answered all the same, which frees its slot */
  strict({ type: Type.Literal('stop'), run: text(256, 1) }),
  /** so many calls of this function are expected at once soon; said again every ten seconds, while it is so */
  strict({ type: Type.Literal('warm'), function: name, workers: int(1024, 1) }),
])
export type AgentEvent = Static<typeof AgentEvent>

export const AgentResult = Type.Union([
  /** JSON text of the result */
  strict({ run: text(256, 1), value: text(apiLimits.resultCharsMax) }),
  strict({ run: text(256, 1), error: text(4096) }),
])
export type AgentResult = Static<typeof AgentResult>
export const ResultsBody = strict({ results: list(AgentResult, apiLimits.tasksPerRequestMax, 1) })
/** `unknown`: runs that this peer no longer waits for */
export const ResultsAnswer = strict({ settled: int(), unknown: int() })
export const DetachAnswer = strict({ detached: Type.Boolean() })
