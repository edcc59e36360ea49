import { type Static, Type } from '@sinclair/typebox'
import { Ballot, Incarnation, PeerId, TaskId } from './ids.ts'
import { limits } from './limits.ts'
import { Attempt } from './outcome.ts'
import { choice, int, list, strict, text, wallTime } from './schema.ts'
import { TaskSpec } from './task-spec.ts'

export const custodiansMax = 5
export const Custodians = Type.Array(PeerId, { minItems: 1, maxItems: custodiansMax })

/** The durable description of an accepted task. Never changes under one version. */
export const TaskRecord = strict({
  id: TaskId,
  spec: TaskSpec,
  origin: PeerId,
  submittedWallMs: wallTime,
  /** who keeps it; fixed for this version */
  custodians: Custodians,
  /** number and set of custodians in one: see custody's `version.ts` */
  version: int(undefined, 1),
})
export type TaskRecord = Static<typeof TaskRecord>

/** Who has the inputs of a task from the start, by id: whoever took its submit, and its custodians. */
export function inputsAtOf({ origin, custodians }: Pick<TaskRecord, 'origin' | 'custodians'>): PeerId[] {
  return [...new Set([origin, ...custodians])].sort()
}

/** which of what the task asks for; absent: the request itself */
const alternative = Type.Optional(int(limits.alternativesMax))

/** Who offered to take tasks: a peer in one life, and when it said so, by its own clock. It gets that back with them. */
export const Taker = strict({ peer: PeerId, incarnation: Incarnation, offeredMs: int(), alternative })
export type Taker = Static<typeof Taker>

/** The right to queue, run, move and commit a task, handed to one named peer in one life. */
export const Baton = strict({
  record: TaskRecord,
  ballot: Ballot,
  /** the receiver's life this is meant for; any other refuses it */
  incarnation: Incarnation,
  /** when the receiver offered to take it, by its own clock: the baton is on its way since then at the longest */
  offeredMs: int(),
  /** what the receiver is to give it */
  alternative,
  /** who bore it so far under this ballot, first to last; it never goes to a peer on it */
  path: list(PeerId, limits.pathMax),
  /** where to bounce it, best first */
  alternates: list(Taker, 2),
  bounces: int(8),
  moves: int(8),
  /** how old the lease was when its takers were chosen: the receiver's own first one is shorter by that, and the way */
  leaseAgeMs: int(2 ** 32),
  attempts: list(Attempt, 128),
})
export type Baton = Static<typeof Baton>

/** Where a task is, for people and for any peer that asks. */
export const taskStates = ['storing', 'waiting', 'asking', 'offered', 'queued', 'running', 'ending', 'closed'] as const
export const TaskState = choice(...taskStates)
export type TaskState = Static<typeof TaskState>

export const TaskEvent = strict({ wallMs: wallTime, peer: PeerId, event: text(64), detail: text(limits.nameCharsMax) })
export type TaskEvent = Static<typeof TaskEvent>
