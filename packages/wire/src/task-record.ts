import { type Static, Type } from '@sinclair/typebox'
import { Ballot, Incarnation, PeerId, TaskId } from './ids.ts'
import { limits } from './limits.ts'
import { Attempt } from './outcome.ts'
import { choice, int, list, strict, text, wallTime } from './schema.ts'
import { TaskSpec } from './task-spec.ts'

export const custodiansMax = 5
export const Custodians = Type.Array(PeerId, { minItems: 1, maxItems: custodiansMax })

/** The durable description of a task, as its custodians keep it. Never changes under one version. */
export const TaskRecord = strict({
  id: TaskId,
  spec: TaskSpec,
  origin: PeerId,
  submittedWallMs: wallTime,
  /** the peers that keep it; fixed for this version */
  custodians: Custodians,
  /** number of the version and its set of custodians in one: see custody's `version.ts` */
  version: int(undefined, 1),
})
export type TaskRecord = Static<typeof TaskRecord>

/** Peers that have the inputs of a task from the start: its origin and its custodians; sorted by id. */
export function inputsAtOf({ origin, custodians }: Pick<TaskRecord, 'origin' | 'custodians'>): PeerId[] {
  return [...new Set([origin, ...custodians])].sort()
}

/** index of the alternative; absent: the request itself */
const alternative = Type.Optional(int(limits.alternativesMax))

/** A host that offered to take tasks: a peer in one life, and when it offered, by its own clock. The baton returns that time. */
export const Taker = strict({ peer: PeerId, incarnation: Incarnation, offeredMs: int(), alternative })
export type Taker = Static<typeof Taker>

/** The right to queue, run, move and commit a task, handed to one named peer in one life. */
export const Baton = strict({
  record: TaskRecord,
  ballot: Ballot,
  /** the receiver's life this is meant for; any other refuses it */
  incarnation: Incarnation,
  /** when the receiver offered to take it, by its own clock; so the baton left its sender no earlier than that */
  offeredMs: int(),
  /** the alternative as which the receiver is to run the task */
  alternative,
  /** peers that bore it so far under this ballot, first to last; it never goes to one of them again */
  path: list(PeerId, limits.pathMax),
  /** where to bounce it, best first */
  alternates: list(Taker, 2),
  bounces: int(8),
  moves: int(8),
  /** age of the lease when its takers were chosen: the receiver's first lease is shorter by that and the time since its offer */
  leaseAgeMs: int(2 ** 32),
  attempts: list(Attempt, 128),
})
export type Baton = Static<typeof Baton>

/** The states of a task that people and readers see. */
export const taskStates = ['storing', 'waiting', 'asking', 'offered', 'queued', 'running', 'ending', 'closed'] as const
export const TaskState = choice(...taskStates)
export type TaskState = Static<typeof TaskState>

export const TaskEvent = strict({ wallMs: wallTime, peer: PeerId, event: text(64), detail: text(limits.nameCharsMax) })
export type TaskEvent = Static<typeof TaskEvent>
