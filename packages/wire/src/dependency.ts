import { type Static, Type } from '@sinclair/typebox'
import { TaskId } from './ids.ts'
import { limits } from './limits.ts'
import { choice, list, strict, text } from './schema.ts'

/** One entry of `after`: the task may be placed only once `task` has succeeded, or has ended in any way. */
export const Dependency = strict({ task: TaskId, on: choice('succeeded', 'ended') })
export type Dependency = Static<typeof Dependency>

/** All tasks that a task waits for, each once. */
export const Dependencies = list(Dependency, limits.dependenciesMax)

/** From the bearer of dependents to a peer that may keep the tasks they wait for: how did these end? */
export const watch = strict({
  t: Type.Literal('watch'),
  /** for a minute the receiver also tells when one of them ends later */
  tasks: list(TaskId, limits.tasksPerMessageMax),
})

/** The answer to `watch`, and later the end of each task. For a task that others keep now the answer is `moved`. */
export const ends = strict({
  t: Type.Literal('ends'),
  /** tasks whose outcomes are chosen */
  ended: list(strict({ task: TaskId, kind: text(32), code: text(limits.nameCharsMax) }), limits.tasksPerMessageMax),
  open: list(TaskId, limits.tasksPerMessageMax),
  unknown: list(TaskId, limits.tasksPerMessageMax),
})
