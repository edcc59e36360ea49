import { type Static, Type } from '@sinclair/typebox'
import { Decision } from './decision.ts'
import { expressionLimits } from './expression/index.ts'
import { PeerId, TaskId } from './ids.ts'
import { limits } from './limits.ts'
import { OutcomeKind } from './outcome.ts'
import { RequestSchema } from './resource-schema.ts'
import { RunUsage } from './run-usage.ts'
import { choice, dictionary, int, list, strict, text, wallTime } from './schema.ts'
import { custodiansMax, TaskState } from './task-record.ts'
import { Priority } from './task-spec.ts'
import { tieFields } from './ties.ts'

const name = text(limits.nameCharsMax)
/** `*` stands for any text, `?` for any one character; bounded, since every task may be matched against it. */
const pattern = text(64)

/** What a task needs of a host: all but its work. */
const TaskNeeds = strict({
  executor: choice('process', 'function'),
  /** registered function that a host must have; '': none, or its code travels along */
  function: name,
  request: RequestSchema,
  /** requests that will do instead, in order of preference */
  alternatives: Type.Optional(list(RequestSchema, limits.alternativesMax)),
  labels: dictionary(name, limits.labelsMax),
  /** the expression that its host must meet, in its printed form */
  where: Type.Optional(text(expressionLimits.charsMax, 1)),
  ...tieFields,
  /** it is a member of a gang, so it is not moved by itself */
  gang: Type.Optional(Type.Literal(true)),
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
  /** the host that ran it; of an open task its bearer */
  host: Type.Optional(PeerId),
  /** the alternative that it was given there; absent: the request itself, or not known here */
  alternative: Type.Optional(int(limits.alternativesMax)),
  /** how its place was chosen, while that is kept */
  how: Type.Optional(Decision.properties.how),
  attempts: int(1024),
  /** size of its files, module and standard input; absent: nothing has to be fetched */
  inputBytes: Type.Optional(int()),
  /** peers that have these from the start; absent: there are none, or not known here */
  inputsAt: Type.Optional(list(PeerId, custodiansMax + 1)),
  /** times that it was placed anew since its first place; absent: none, or not known here */
  moves: Type.Optional(int(8)),
  /** of a task that has not begun: peers that had it before, to which it may not go back; absent: none, or not known here */
  path: Type.Optional(list(PeerId, limits.pathMax)),
  submittedWallMs: wallTime,
  /** when its last run began; absent: none did, or not known here any more */
  startedWallMs: Type.Optional(wallTime),
  /** its deadline */
  dueWallMs: Type.Optional(int()),
  /** how long its last run took */
  ranMs: Type.Optional(int()),
  endedWallMs: Type.Optional(wallTime),
  usage: Type.Optional(RunUsage),
})
export type TaskSummary = Static<typeof TaskSummary>

/** Where a page of a listing goes on: after this task, newest first. */
export const TaskPosition = strict({ submittedWallMs: wallTime, id: TaskId })
export type TaskPosition = Static<typeof TaskPosition>

/** Which tasks are wanted; all given fields must fit. Times are those of the submit. */
export const TaskFilter = strict({
  name: Type.Optional(pattern),
  class: Type.Optional(pattern),
  tenant: Type.Optional(name),
  host: Type.Optional(PeerId),
  priority: Type.Optional(Priority),
  /** kinds of outcome; empty: any, and open tasks */
  kinds: list(OutcomeKind, 8),
  sinceWallMs: Type.Optional(int()),
  untilWallMs: Type.Optional(int()),
  after: Type.Optional(TaskPosition),
  /** a peer that is one of the task's custodians */
  keptBy: Type.Optional(PeerId),
  /** open tasks of which most custodians were removed from the mesh; with `keptBy`: those that removing that peer makes so */
  unendable: Type.Optional(Type.Boolean()),
})
export type TaskFilter = Static<typeof TaskFilter>

/** Order of a listing: newest first, those of one instant by id. Negative: `a` comes before `b`. */
export function comparePositions(a: TaskPosition, b: TaskPosition): number {
  return b.submittedWallMs - a.submittedWallMs || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}
