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
/** Of a text with `*` for any text and `?` for any one character; bounded, since every task may be held against it. */
const pattern = text(64)

/** What a task needs of a host, as far as one can tell without its work. */
const TaskNeeds = strict({
  executor: choice('process', 'function'),
  /** registered function that is needed, '' when there is none or its code travels along */
  function: name,
  request: RequestSchema,
  /** what will do instead, in order of preference */
  alternatives: Type.Optional(list(RequestSchema, limits.alternativesMax)),
  labels: dictionary(name, limits.labelsMax),
  /** the expression that its host must meet, in its printed form */
  where: Type.Optional(text(expressionLimits.charsMax, 1)),
  ...tieFields,
  /** it starts together with others, or not at all: it goes nowhere by itself */
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
  /** who ran it; of an open one who bears it */
  host: Type.Optional(PeerId),
  /** which of what it asks for it was given there; absent: the request itself, or nobody here knows */
  alternative: Type.Optional(int(limits.alternativesMax)),
  /** how its place was chosen, as long as that is kept */
  how: Type.Optional(Decision.properties.how),
  attempts: int(1024),
  /** what it reads: files, module, standard input; absent: nothing that has to be fetched */
  inputBytes: Type.Optional(int()),
  /** who has that from the start; absent: there is nothing, or nobody here knows */
  inputsAt: Type.Optional(list(PeerId, custodiansMax + 1)),
  /** how often it went on from one bearer to another since its first; absent: never, or nobody here knows */
  moves: Type.Optional(int(8)),
  /** it has not begun, and does not go back to these, who had it before; absent: nobody did, or nobody here knows */
  path: Type.Optional(list(PeerId, limits.pathMax)),
  submittedWallMs: wallTime,
  /** when its last run began; absent when none did, or nobody here knows any more */
  startedWallMs: Type.Optional(wallTime),
  /** by when it was wanted */
  dueWallMs: Type.Optional(int()),
  /** how long that run took */
  ranMs: Type.Optional(int()),
  endedWallMs: Type.Optional(wallTime),
  usage: Type.Optional(RunUsage),
})
export type TaskSummary = Static<typeof TaskSummary>

/** Where a page of a listing goes on: after this task, newest first. */
export const TaskPosition = strict({ submittedWallMs: wallTime, id: TaskId })
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
  /** one of its custodians is this one */
  keptBy: Type.Optional(PeerId),
  /** open, and most of its custodians were removed from the mesh; with `keptBy`: not yet, but once that one is removed, too */
  unendable: Type.Optional(Type.Boolean()),
})
export type TaskFilter = Static<typeof TaskFilter>

/** Newest first; two of one instant by id. Negative: `a` comes before `b`. */
export function comparePositions(a: TaskPosition, b: TaskPosition): number {
  return b.submittedWallMs - a.submittedWallMs || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}
