import { Type } from '@sinclair/typebox'
import { Decision, Refusal } from '../decision.ts'
import { Ballot, Incarnation, PeerId, TaskId } from '../ids.ts'
import { limits } from '../limits.ts'
import { Attempt, Bearer, Outcome } from '../outcome.ts'
import { bytes, choice, int, list, strict, text } from '../schema.ts'
import { Baton, TaskEvent, TaskRecord, TaskState } from '../task-record.ts'

const held = strict({ task: TaskId, ballot: Ballot, state: TaskState })
const ask = int(2 ** 32)

/** One line of a listing. */
export const TaskSummary = strict({
  id: TaskId,
  name: text(limits.nameCharsMax),
  class: text(limits.nameCharsMax),
  tenant: text(limits.nameCharsMax),
  priority: text(16),
  state: TaskState,
  kind: Type.Optional(text(32)),
  code: Type.Optional(text(limits.nameCharsMax)),
  origin: PeerId,
  host: Type.Optional(PeerId),
  attempts: int(1024),
  submittedWallMs: int(),
  endedWallMs: Type.Optional(int()),
})

/** All that is known of one task. */
export const TaskView = strict({
  record: TaskRecord,
  state: TaskState,
  ballot: Ballot,
  bearer: Type.Optional(PeerId),
  outcome: Type.Optional(Outcome),
  decision: Type.Optional(Decision),
  attempts: list(Attempt, 128),
  timeline: list(TaskEvent, 64),
})

export const custodyMessages = {
  /** hands batons over; answered by accept, or by bounce along the alternates */
  award: strict({
    t: Type.Literal('award'),
    batons: Type.Array(Baton, { minItems: 1, maxItems: limits.batonsPerMessageMax }),
  }),
  /** to whoever handed it over, and to the custodians: borne here now */
  accept: strict({
    t: Type.Literal('accept'),
    tasks: list(strict({ task: TaskId, ballot: Ballot }), limits.batonsPerMessageMax),
  }),
  /** the receiver did not take it and passed it on to `to` */
  bounce: strict({ t: Type.Literal('bounce'), task: TaskId, ballot: Ballot, to: Bearer, refusal: Refusal }),
  /** to the custodians: this ballot's bearer gives the baton up; a new ballot may start at once */
  giveUp: strict({
    t: Type.Literal('giveUp'),
    task: TaskId,
    ballot: Ballot,
    /** true when a run began under this ballot: counts as an attempt */
    ran: Type.Boolean(),
    refusal: Type.Optional(Refusal),
    code: text(limits.nameCharsMax),
    message: text(4096),
  }),
  /**
   * What this bearer holds of that custodian's tasks, as changes to what `base` said; base 0 says it from nothing.
   * Extends the lease of everything in the set.
   */
  renew: strict({
    t: Type.Literal('renew'),
    seq: int(2 ** 32, 1),
    base: int(2 ** 32),
    incarnation: Incarnation,
    adds: list(held, limits.tasksPerMessageMax),
    removes: list(strict({ task: TaskId, ballot: Ballot }), limits.tasksPerMessageMax),
  }),
  /** `refused`: these are fenced. `again`: the base is not known here, say all from nothing */
  renewed: strict({
    t: Type.Literal('renewed'),
    seq: int(2 ** 32),
    again: Type.Boolean(),
    refused: list(strict({ task: TaskId, ballot: Ballot }), limits.tasksPerMessageMax),
  }),
  commit: strict({
    t: Type.Literal('commit'),
    task: TaskId,
    version: int(2 ** 31, 1),
    ballot: Ballot,
    outcome: Outcome,
  }),
  /** accepted and on disk */
  committed: strict({ t: Type.Literal('committed'), task: TaskId, version: int(2 ** 31, 1), ballot: Ballot }),
  /** a higher ballot was promised, or another outcome was chosen: stop */
  fenced: strict({ t: Type.Literal('fenced'), task: TaskId, ballot: Ballot, promised: Ballot, code: text(64) }),
  /** the bearer's answer to a fence: nothing of that ballot runs here any more */
  stopped: strict({ t: Type.Literal('stopped'), task: TaskId, ballot: Ballot }),
  cancel: strict({ t: Type.Literal('cancel'), ask, task: TaskId, reason: text(limits.nameCharsMax) }),
  cancelled: strict({
    t: Type.Literal('cancelled'),
    ask,
    task: TaskId,
    answer: choice('cancelled', 'closed-before', 'unknown', 'stopping'),
  }),
  /** reads, from anywhere; `watch`: also every change from now on, for a minute */
  query: strict({ t: Type.Literal('query'), ask, task: TaskId, watch: Type.Boolean() }),
  view: strict({ t: Type.Literal('view'), ask, task: TaskId, view: Type.Optional(TaskView) }),
  list: strict({
    t: Type.Literal('list'),
    ask,
    limit: int(limits.tasksPerMessageMax, 1),
    prefix: text(24),
    states: list(TaskState, 8),
  }),
  listed: strict({ t: Type.Literal('listed'), ask, tasks: list(TaskSummary, limits.tasksPerMessageMax), total: int() }),
  /** live output of a task that runs at the receiver, from these offsets on */
  follow: strict({ t: Type.Literal('follow'), ask, task: TaskId, stdout: int(), stderr: int() }),
  output: strict({
    t: Type.Literal('output'),
    ask,
    task: TaskId,
    stream: choice('stdout', 'stderr'),
    offset: int(),
    data: bytes(limits.inlineBytesMax),
    /** nothing more comes from here: ended, or not here */
    end: Type.Boolean(),
  }),
}
