import { Type } from '@sinclair/typebox'
import { Decision, Refusal } from '../decision.ts'
import { FileRef } from '../file-ref.ts'
import { Ballot, Incarnation, PeerId, TaskId } from '../ids.ts'
import { limits } from '../limits.ts'
import { Accepted, Attempt, Bearer, Decree, Ending, Outcome } from '../outcome.ts'
import { bytes, choice, int, list, strict, text } from '../schema.ts'
import { Baton, Custodians, TaskEvent, TaskRecord, TaskState } from '../task-record.ts'
import { TaskFilter, TaskSummary } from '../task-summary.ts'

const ask = int(2 ** 32)

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

const version = int(undefined, 1)
/**
 * moves: how often it went on to another bearer since its first; absent: never. path: of what has not begun, who had it before
 * under this ballot, so that it does not go there again
 */
const held = strict({
  task: TaskId,
  version,
  ballot: Ballot,
  state: TaskState,
  moves: Type.Optional(int(8)),
  path: Type.Optional(list(PeerId, limits.pathMax)),
})
/** what a custodian and a proposer speak of */
const vote = { task: TaskId, version, ballot: Ballot }
const attempts = list(Attempt, 128)

export const custodyMessages = {
  // ---- a version of a task and its custodians
  /** keep this: the first message of a version, under a ballot of its sender */
  store: strict({
    t: Type.Literal('store'),
    record: TaskRecord,
    ballot: Ballot,
    attempts,
    /** of a task that starts at most once: it may have */
    begun: Type.Optional(Type.Boolean()),
  }),
  /** on disk here, under that ballot */
  stored: strict({ t: Type.Literal('stored'), ...vote }),
  /** known here before, under `promised`: nothing was changed. Its version and custodians as they are here */
  already: strict({
    t: Type.Literal('already'),
    ...vote,
    promised: Ballot,
    /** stands: its outcome is chosen, so a majority of those had it */
    known: strict({ version, custodians: Custodians, stands: Type.Optional(Type.Boolean()) }),
  }),
  /** not kept here, and why */
  unstored: strict({ t: Type.Literal('unstored'), ...vote, code: text(64), message: text(4096) }),
  /** the submit was given up: forget it, where nothing but this ballot is known of it */
  drop: strict({ t: Type.Literal('drop'), ...vote }),
  /** has the lease under this ballot run out with you too? Nothing is written for it */
  leaseAsk: strict({ t: Type.Literal('leaseAsk'), ...vote }),
  /** leftMs 0: it has, or this ballot is not known here */
  leaseTold: strict({ t: Type.Literal('leaseTold'), ...vote, leftMs: int(2 ** 32) }),
  /** promise me this ballot. run: only where the lease has run out; close: at once. The record is for who missed it */
  prepare: strict({
    t: Type.Literal('prepare'),
    ...vote,
    aim: choice('run', 'close'),
    record: TaskRecord,
    attempts,
    ending: Type.Optional(Ending),
  }),
  /** on disk: no lower ballot is heard here any more, and this was accepted before */
  promise: strict({
    t: Type.Literal('promise'),
    ...vote,
    accepted: Type.Optional(Accepted),
    attempts,
    begun: Type.Boolean(),
    /** what was left here of the lease under the ballot before; 0: whoever bore it has stopped by itself */
    leftMs: int(2 ** 32),
    /** who bore it before, as far as is known here; `runs`: it said so itself */
    borne: Type.Optional(strict({ ballot: Ballot, bearer: Bearer, runs: Type.Boolean() })),
    ending: Type.Optional(Ending),
  }),
  /** no promise, no acceptance: a higher ballot stands, the lease still runs, or this custodian abstains */
  refuse: strict({
    t: Type.Literal('refuse'),
    ...vote,
    promised: Ballot,
    code: choice('promised', 'lease', 'abstains'),
    leftMs: int(2 ** 32),
  }),
  /** accept this decree. The record comes when a custodian lacked it */
  commit: strict({
    t: Type.Literal('commit'),
    ...vote,
    decree: Decree,
    record: Type.Optional(TaskRecord),
  }),
  /** accepted and on disk */
  committed: strict({
    t: Type.Literal('committed'),
    ...vote,
    /** others wait there for this task's end: that it is chosen has haste */
    awaited: Type.Optional(Type.Boolean()),
  }),
  /** this custodian missed the record: say it again with it */
  lacking: strict({ t: Type.Literal('lacking'), ...vote }),
  /** a majority has accepted it. The decree comes along for who cannot know it */
  chosen: strict({ t: Type.Literal('chosen'), ...vote, decree: Type.Optional(Decree) }),
  /** others keep it by now */
  moved: strict({ t: Type.Literal('moved'), task: TaskId, version, custodians: Custodians }),
  /** a closed task, for a custodian that takes another's place; answered by stored */
  copy: strict({ t: Type.Literal('copy'), record: TaskRecord, ballot: Ballot, outcome: Outcome }),
  /** from the origin of tasks whose clients still wait: which of them are over? Answered by chosen, moved and unknown; silence: it is open */
  await: strict({ t: Type.Literal('await'), tasks: list(TaskId, limits.tasksPerMessageMax) }),
  /** these are not known here */
  unknown: strict({ t: Type.Literal('unknown'), tasks: list(TaskId, limits.tasksPerMessageMax) }),
  /** from the bearer of a task that must start at most once: may it? Answered by begun, or by fenced */
  begin: strict({ t: Type.Literal('begin'), ...vote }),
  begun: strict({ t: Type.Literal('begun'), ...vote }),
  /** how the place of these was chosen; written some time later, or with the end of the task, if that comes first */
  decided: strict({
    t: Type.Literal('decided'),
    tasks: list(strict({ task: TaskId, ballot: Ballot }), limits.batonsPerMessageMax),
    decision: Decision,
  }),

  // ---- batons
  /** hands batons over; answered by accept, or by bounce along the alternates */
  award: strict({
    t: Type.Literal('award'),
    batons: Type.Array(Baton, { minItems: 1, maxItems: limits.batonsPerMessageMax }),
  }),
  /** to whoever handed it over: borne here now */
  accept: strict({
    t: Type.Literal('accept'),
    tasks: list(strict({ task: TaskId, ballot: Ballot }), limits.batonsPerMessageMax),
  }),
  /** to a custodian that asks for a baton which was passed on: the receiver did not keep it, `to` has it */
  bounce: strict({ t: Type.Literal('bounce'), task: TaskId, ballot: Ballot, to: Bearer, refusal: Refusal }),
  /** to the custodians: this ballot's bearer gives the baton up; a new ballot may start at once */
  giveUp: strict({
    t: Type.Literal('giveUp'),
    ...vote,
    /** true when a run began under this ballot: counts as an attempt */
    ran: Type.Boolean(),
    refusal: Type.Optional(Refusal),
    code: text(limits.nameCharsMax),
    message: text(4096),
    /** where the next run goes on: this one was stopped for it, and is held against nobody */
    checkpoint: Type.Optional(FileRef),
  }),
  /**
   * What this bearer holds of that custodian's tasks, as changes to what `base` said; base 0 says it from nothing.
   * Extends the lease of everything in the set, or (full: false) only of what is added.
   */
  renew: strict({
    t: Type.Literal('renew'),
    seq: int(2 ** 32, 1),
    base: int(2 ** 32),
    incarnation: Incarnation,
    full: Type.Boolean(),
    adds: list(held, limits.tasksPerMessageMax),
    removes: list(strict({ task: TaskId, ballot: Ballot }), limits.tasksPerMessageMax),
  }),
  /**
   * `refused`: these are fenced. `lacking`: these are not known here, or in an earlier version, and their leases not confirmed.
   * `again`: the base is not known here, say all from nothing
   */
  renewed: strict({
    t: Type.Literal('renewed'),
    seq: int(2 ** 32),
    again: Type.Boolean(),
    refused: list(strict({ task: TaskId, ballot: Ballot }), limits.tasksPerMessageMax),
    lacking: list(strict({ task: TaskId, ballot: Ballot }), limits.tasksPerMessageMax),
  }),
  /**
   * A higher ballot was promised, or another decree was chosen. `final`: by a majority, as its proposer knows: stop;
   * otherwise it is the word of this custodian alone.
   */
  fenced: strict({
    t: Type.Literal('fenced'),
    task: TaskId,
    ballot: Ballot,
    promised: Ballot,
    code: text(64),
    final: Type.Boolean(),
  }),
  /** the bearer's answer to a fence: nothing of that ballot runs here any more */
  stopped: strict({ t: Type.Literal('stopped'), task: TaskId, ballot: Ballot }),

  // ---- readers
  /**
   * `unendable`: also where most of its custodians were removed from the mesh; what they knew of it is given up, and all that are
   * left end it
   */
  cancel: strict({
    t: Type.Literal('cancel'),
    ask,
    task: TaskId,
    reason: text(limits.nameCharsMax),
    unendable: Type.Optional(Type.Literal(true)),
  }),
  /** `stopping`: it is seen to, and the last word comes later; whoever hears nothing asks another custodian */
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
    /** who cannot be asked: a task is told by the first of its custodians that is none of these */
    without: list(PeerId, limits.membersMax),
    filter: Type.Optional(TaskFilter),
  }),
  /** fewer than `total` and than the limit: no more fit into a frame; the next page begins after the last */
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
