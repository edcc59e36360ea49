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
 * A task that the bearer holds. moves: times that it was placed anew since its first place; absent: none. path: if it has not
 * begun, the peers that had it before under this ballot, to which it may not go again
 */
const held = strict({
  task: TaskId,
  version,
  ballot: Ballot,
  state: TaskState,
  moves: Type.Optional(int(8)),
  path: Type.Optional(list(PeerId, limits.pathMax)),
})
/** what custodian and proposer speak of: a version of a task, and a ballot */
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
    /** of an at-most-once task: it may have begun */
    begun: Type.Optional(Type.Boolean()),
  }),
  /** the record is on disk here, under that ballot */
  stored: strict({ t: Type.Literal('stored'), ...vote }),
  /** the task was known here before, under `promised`: nothing was changed. `known`: its version and custodians here */
  already: strict({
    t: Type.Literal('already'),
    ...vote,
    promised: Ballot,
    /** stands: the outcome is chosen, so a majority of those custodians had the record */
    known: strict({ version, custodians: Custodians, stands: Type.Optional(Type.Boolean()) }),
  }),
  /** the record is not kept here, and why */
  unstored: strict({ t: Type.Literal('unstored'), ...vote, code: text(64), message: text(4096) }),
  /** the submit was given up: forget the task, if nothing but this ballot is known of it */
  drop: strict({ t: Type.Literal('drop'), ...vote }),
  /** has the lease under this ballot run out with you too? Nothing is written for it */
  leaseAsk: strict({ t: Type.Literal('leaseAsk'), ...vote }),
  /** leftMs: what is left of that lease; 0: it has run out, or the ballot is not known here */
  leaseTold: strict({ t: Type.Literal('leaseTold'), ...vote, leftMs: int(2 ** 32) }),
  /** promise me this ballot; run: only if the lease has run out, close: at once. The record is for custodians that missed it */
  prepare: strict({
    t: Type.Literal('prepare'),
    ...vote,
    aim: choice('run', 'close'),
    record: TaskRecord,
    attempts,
    ending: Type.Optional(Ending),
  }),
  /** on disk here: no lower ballot counts any more, and this decree was accepted before */
  promise: strict({
    t: Type.Literal('promise'),
    ...vote,
    accepted: Type.Optional(Accepted),
    attempts,
    begun: Type.Boolean(),
    /** what was left here of the last ballot's lease; 0: it has run out, so its bearer has stopped by itself */
    leftMs: int(2 ** 32),
    /** the last bearer, as far as is known here; `runs`: it said itself that it runs the task */
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
  /** accept this decree; the record comes along if the custodian lacked it */
  commit: strict({
    t: Type.Literal('commit'),
    ...vote,
    decree: Decree,
    record: Type.Optional(TaskRecord),
  }),
  /** the decree is accepted and on disk here */
  committed: strict({
    t: Type.Literal('committed'),
    ...vote,
    /** peers wait there for the task's end, so `chosen` is urgent */
    awaited: Type.Optional(Type.Boolean()),
  }),
  /** this custodian missed the record: send the message again with it */
  lacking: strict({ t: Type.Literal('lacking'), ...vote }),
  /** a majority has accepted the decree, which comes along for receivers that cannot know it */
  chosen: strict({ t: Type.Literal('chosen'), ...vote, decree: Type.Optional(Decree) }),
  /** these custodians keep the task now */
  moved: strict({ t: Type.Literal('moved'), task: TaskId, version, custodians: Custodians }),
  /** a closed task, for a custodian that takes another's place; answered by stored */
  copy: strict({ t: Type.Literal('copy'), record: TaskRecord, ballot: Ballot, outcome: Outcome }),
  /**
   * from the origin of tasks whose clients still wait: which of them are over? Answered by chosen, moved and unknown; a task of
   * which nothing is said is open
   */
  await: strict({ t: Type.Literal('await'), tasks: list(TaskId, limits.tasksPerMessageMax) }),
  /** these tasks are not known here */
  unknown: strict({ t: Type.Literal('unknown'), tasks: list(TaskId, limits.tasksPerMessageMax) }),
  /** from the bearer of an at-most-once task: may it start? Answered by begun, or by fenced */
  begin: strict({ t: Type.Literal('begin'), ...vote }),
  begun: strict({ t: Type.Literal('begun'), ...vote }),
  /** how the place of these tasks was chosen; written some time later, or with the end of the task if that comes first */
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
  /** to the peer that handed these batons over: they are borne here now */
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
    /** a run began under this ballot, which counts as an attempt */
    ran: Type.Boolean(),
    refusal: Type.Optional(Refusal),
    code: text(limits.nameCharsMax),
    message: text(4096),
    /** state from which the next run goes on: the run was stopped to move, which counts against no limit of attempts */
    checkpoint: Type.Optional(FileRef),
  }),
  /**
   * The set of the receiver's tasks that this bearer holds, as changes to the set of message `base`; base 0: to the empty set.
   * Renews the leases of the whole set, or (full: false) only of what is added.
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
   * `refused`: these are fenced. `lacking`: these are not known here, or only in an earlier version, so their leases are not
   * renewed. `again`: the base is not known here, so send the whole set with base 0
   */
  renewed: strict({
    t: Type.Literal('renewed'),
    seq: int(2 ** 32),
    again: Type.Boolean(),
    refused: list(strict({ task: TaskId, ballot: Ballot }), limits.tasksPerMessageMax),
    lacking: list(strict({ task: TaskId, ballot: Ballot }), limits.tasksPerMessageMax),
  }),
  /**
   * A higher ballot was promised, or another decree was chosen. `final`: a majority did, as the proposer knows, so the bearer
   * must stop; otherwise this custodian speaks for itself alone.
   */
  fenced: strict({
    t: Type.Literal('fenced'),
    task: TaskId,
    ballot: Ballot,
    promised: Ballot,
    code: text(64),
    final: Type.Boolean(),
  }),
  /** the bearer's answer to `fenced`: nothing runs here under that ballot any more */
  stopped: strict({ t: Type.Literal('stopped'), task: TaskId, ballot: Ballot }),

  // ---- readers
  /**
   * `unendable`: ends the task also if most of its custodians were removed from the mesh: what those knew of it is given up,
   * and all custodians that are left end it together
   */
  cancel: strict({
    t: Type.Literal('cancel'),
    ask,
    task: TaskId,
    reason: text(limits.nameCharsMax),
    unendable: Type.Optional(Type.Literal(true)),
  }),
  /**
   * `stopping`: the custodian sees to it, and another answer follows; an asker that hears nothing turns to another custodian ·
   * `endable`: it was asked to give up what removed custodians knew, but enough are left: the task goes on
   */
  cancelled: strict({
    t: Type.Literal('cancelled'),
    ask,
    task: TaskId,
    answer: choice('cancelled', 'closed-before', 'unknown', 'stopping', 'endable'),
  }),
  /** asks what is known of a task; `watch`: also to be told of every change, for a minute */
  query: strict({ t: Type.Literal('query'), ask, task: TaskId, watch: Type.Boolean() }),
  view: strict({ t: Type.Literal('view'), ask, task: TaskId, view: Type.Optional(TaskView) }),
  list: strict({
    t: Type.Literal('list'),
    ask,
    limit: int(limits.tasksPerMessageMax, 1),
    prefix: text(24),
    states: list(TaskState, 8),
    /** peers that cannot be asked: a task is listed only by the first of its custodians that is none of these */
    without: list(PeerId, limits.membersMax),
    filter: Type.Optional(TaskFilter),
  }),
  /** fewer tasks than `total` and the limit: no more fit into a frame, and the next page begins after the last one */
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
    /** nothing more comes: the run has ended, or is not here */
    end: Type.Boolean(),
  }),
}
