import { type Static, Type } from '@sinclair/typebox'
import { TaskId } from './ids.ts'
import { limits } from './limits.ts'
import { choice, list, strict, text } from './schema.ts'

/** What a task waits for before it may be placed: another one's outcome, of the wanted kind or of any. */
export const Dependency = strict({ task: TaskId, on: choice('succeeded', 'ended') })
export type Dependency = Static<typeof Dependency>

/** Everything that a task waits for: each task once. */
export const Dependencies = list(Dependency, limits.dependenciesMax)

/** From whoever bears tasks that wait for these, to somebody who may keep them. */
export const watch = strict({
  t: Type.Literal('watch'),
  /** how did they end? What has not yet is told when it does, for a minute */
  tasks: list(TaskId, limits.tasksPerMessageMax),
})

/** The answer to `watch`, and later the end of each. What others keep is answered by `moved`. */
export const ends = strict({
  t: Type.Literal('ends'),
  /** their outcomes are chosen */
  ended: list(strict({ task: TaskId, kind: text(32), code: text(limits.nameCharsMax) }), limits.tasksPerMessageMax),
  open: list(TaskId, limits.tasksPerMessageMax),
  unknown: list(TaskId, limits.tasksPerMessageMax),
})
