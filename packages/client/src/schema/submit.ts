import { type Static, Type } from '@sinclair/typebox'
import { TaskBody } from './task.ts'
import { apiLimits, choice, int, list, SessionId, strict, TaskIdText, text } from './vocabulary.ts'

/** Many tasks at once. Answered when each is durable or refused. */
export const SubmitBody = strict({
  /** whose event stream gets their outcomes; without one they are not followed */
  session: Type.Optional(SessionId),
  tasks: list(TaskBody, apiLimits.tasksPerRequestMax, 1),
  /** indexes of the tasks whose live output the session wants too */
  live: Type.Optional(list(int(apiLimits.tasksPerRequestMax - 1), apiLimits.tasksPerRequestMax)),
  /**
   * indexes of the tasks whose key was made up for this very request and was never sent before: where the custodians
   * that it leads to are not all there, the answer is `key-unlucky` with a better key, and nothing has begun, neither of
   * this task nor of the others in the request (they are `not-begun`)
   */
  freshKeys: Type.Optional(list(int(apiLimits.tasksPerRequestMax - 1), apiLimits.tasksPerRequestMax)),
})
export type SubmitBody = Static<typeof SubmitBody>

/**
 * `path`: which part of that task was at fault. `key`: submit it under this one instead. Code `submit-unknown`: no answer
 * in time, retry with the same key. Code `not-begun`: the request was not taken up, submit it again.
 */
export const SubmitResult = Type.Union([
  strict({ task: TaskIdText }),
  strict({ code: text(256), message: text(), path: Type.Optional(text()), key: Type.Optional(text()) }),
])
export type SubmitResult = Static<typeof SubmitResult>

/** one result per task, in order */
export const SubmitAnswer = strict({ results: list(SubmitResult, apiLimits.tasksPerRequestMax) })
export type SubmitAnswer = Static<typeof SubmitAnswer>

/** `unendable`: also where most of its custodians were removed from the mesh; what they knew of it is given up */
export const CancelBody = strict({ reason: Type.Optional(text(256)), unendable: Type.Optional(Type.Literal(true)) })
export type CancelBody = Static<typeof CancelBody>

/** tasks that nobody knows, or whose custodians cannot be asked, are errors: 404 `task-unknown`, 504 `task-unreachable` */
export const CancelResult = strict({
  task: TaskIdText,
  /** `endable` (asked with `unendable`): enough of its custodians are left, so there is nothing to give up, and it goes on */
  answer: choice('cancelled', 'closed-before', 'stopping', 'endable'),
})
export type CancelResult = Static<typeof CancelResult>
