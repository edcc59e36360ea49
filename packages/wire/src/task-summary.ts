import { type Static, Type } from '@sinclair/typebox'
import { Decision } from './decision.ts'
import { PeerId, TaskId } from './ids.ts'
import { limits } from './limits.ts'
import { OutcomeKind } from './outcome.ts'
import { RequestSchema } from './resource-schema.ts'
import { RunUsage } from './run-usage.ts'
import { choice, dictionary, int, list, strict, text } from './schema.ts'
import { TaskState } from './task-record.ts'
import { Priority } from './task-spec.ts'

const name = text(limits.nameCharsMax)
/** Of a text with `*` for any text and `?` for any one character; bounded, since every task may be held against it. */
const pattern = text(64)

/** What a task needs of a host, as far as one can tell without its work. */
const TaskNeeds = strict({
  executor: choice('process', 'function'),
  /** registered function that is needed, '' when there is none or its code travels along */
  function: name,
  request: RequestSchema,
  labels: dictionary(name, limits.labelsMax),
})

/** One line of a listing. */
export const TaskSummary = strict({
  id: TaskId,
  name,
  class: name,
  tenant: name,
  priority: Priority,
  state: TaskState,
  needs: TaskNeeds,
  kind: Type.Optional(OutcomeKind),
  code: Type.Optional(name),
  origin: PeerId,
  /** who ran it; of an open one who bears it */
  host: Type.Optional(PeerId),
  /** how its place was chosen, as long as that is kept */
  how: Type.Optional(Decision.properties.how),
  attempts: int(1024),
  submittedWallMs: int(),
  /** when its last run began; absent when none did, or nobody here knows any more */
  startedWallMs: Type.Optional(int()),
  /** by when it was wanted */
  dueWallMs: Type.Optional(int()),
  /** how long that run took */
  ranMs: Type.Optional(int()),
  endedWallMs: Type.Optional(int()),
  usage: Type.Optional(RunUsage),
})
export type TaskSummary = Static<typeof TaskSummary>

/** Where a page of a listing goes on: after this task, newest first. */
export const TaskPosition = strict({ submittedWallMs: int(), id: TaskId })
export type TaskPosition = Static<typeof TaskPosition>

/** Which tasks are wanted: all that is given must fit. Times are those of the submit. */
export const TaskFilter = strict({
  name: Type.Optional(pattern),
  class: Type.Optional(pattern),
  tenant: Type.Optional(name),
  host: Type.Optional(PeerId),
  priority: Type.Optional(Priority),
  /** ended so; empty: any */
  kinds: list(OutcomeKind, 8),
  sinceWallMs: Type.Optional(int()),
  untilWallMs: Type.Optional(int()),
  after: Type.Optional(TaskPosition),
})
export type TaskFilter = Static<typeof TaskFilter>

/** Newest first; two of one instant by id. Negative: `a` comes before `b`. */
export function comparePositions(a: TaskPosition, b: TaskPosition): number {
  return b.submittedWallMs - a.submittedWallMs || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}
