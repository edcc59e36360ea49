import { type Static, Type } from '@sinclair/typebox'
import type { TaskDetail, WouldHelp } from '../api.ts'
import type { TaskLine } from '../history.ts'
import { wouldHelpCodes } from '../would-help.ts'
import { AttemptBody, OutcomeBody, RunUsageBody } from './outcome.ts'
import { StragglerBody } from './straggler.ts'
import {
  apiLimits,
  choice,
  IsoTime,
  int,
  list,
  PeerIdText,
  plainRecord,
  strict,
  TaskIdText,
  text,
} from './vocabulary.ts'

const optional = Type.Optional
const name = text(apiLimits.nameCharsMax)

/** every value of a query is text */
export const TasksQuery = strict({
  /** 1 to 1,024; default 100 */
  limit: optional(Type.String({ pattern: '^[1-9][0-9]{0,3}$' })),
  prefix: optional(Type.String({ pattern: '^[0-9a-z]{0,24}$' })),
  /** states or outcome kinds, separated by commas */
  state: optional(Type.String({ pattern: '^[a-z]+(,[a-z]+){0,15}$' })),
  /** true: only what this peer knows itself */
  here: optional(Type.String({ pattern: '^(true|false)$' })),
  /** true: only what can never end, since most of its custodians were removed from the mesh */
  unendable: optional(Type.String({ pattern: '^(true|false)$' })),
})
export type TasksQuery = Static<typeof TasksQuery>

export const TaskLineBody = Type.Unsafe<TaskLine>(
  strict({
    id: TaskIdText,
    name,
    class: name,
    tenant: name,
    priority: text(16),
    state: text(32),
    executor: choice('process', 'function'),
    request: plainRecord,
    kind: optional(text(32)),
    code: optional(name),
    origin: PeerIdText,
    host: optional(PeerIdText),
    alternative: optional(int(apiLimits.alternativesMax)),
    how: optional(text(32)),
    attempts: int(),
    submittedAt: IsoTime,
    startedAt: optional(IsoTime),
    dueAt: optional(IsoTime),
    waitedMs: optional(int()),
    ranMs: optional(int()),
    endedAt: optional(IsoTime),
    usage: optional(RunUsageBody),
  }),
)

export const TasksAnswer = strict({
  tasks: list(TaskLineBody, apiLimits.listedMax),
  total: int(),
  /** peers that did not answer in time */
  missing: list(PeerIdText, 4096),
})
export type TasksAnswer = Static<typeof TasksAnswer>

export const WouldHelpBody = Type.Unsafe<WouldHelp>(
  strict({
    code: choice(...wouldHelpCodes),
    what: optional(text()),
    atMost: optional(int()),
    etaMs: optional(int()),
    hosts: int(4096),
    peers: list(PeerIdText, 8),
  }),
)

export const TaskDetailBody = Type.Unsafe<TaskDetail>(
  strict({
    id: TaskIdText,
    state: text(32),
    ballot: text(256),
    bearer: optional(PeerIdText),
    origin: PeerIdText,
    custodians: list(PeerIdText, 5),
    version: int(2 ** 31),
    submittedAt: IsoTime,
    spec: plainRecord,
    outcome: optional(OutcomeBody),
    decision: optional(plainRecord),
    wouldHelp: optional(list(WouldHelpBody, 256)),
    straggles: optional(StragglerBody),
    unendable: optional(strict({ removed: list(PeerIdText, 5) })),
    attempts: list(AttemptBody, 128),
    timeline: list(strict({ at: IsoTime, peer: PeerIdText, event: text(64), detail: name }), 64),
  }),
)

export const ResolveAnswer = strict({ task: TaskIdText })
