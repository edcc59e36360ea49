import type { GpuGroup, Millis, ResourceRequest, ResourceVector } from '@souk/kernel'
import type { PeerId, TaskId, Ties } from '@souk/wire'

/** A run, by the clock of the facts (`nowMs`). */
export interface RunSpan {
  request: ResourceRequest
  fromMs: Millis
  /** undefined: it runs now */
  toMs: Millis | undefined
  /** expected duration of such a run; absent: not known */
  expectedMs?: Millis | undefined
}

/** A host that runs tasks and can be asked. */
export interface HostLoad {
  peer: PeerId
  capacity: ResourceVector
  gpus?: readonly GpuGroup[] | undefined
  draining: boolean
  /** the host is under pressure */
  pressed?: boolean | undefined
  /** runs that it has, or that ended within the window */
  runs: readonly RunSpan[]
  /** rate of recent large transfers to it; absent: not measured */
  bytesPerMs?: number | undefined
  /** ties of the tasks that run or queue there */
  ties?: readonly Ties[] | undefined
}

/**
 * Why a task with such ties may not join what is at a host; undefined: it may. It is the market's `decideTies`, which comes with
 * the facts (siblings do not import each other), so that a plan and an auction never differ.
 */
export type TiesRule = (there: readonly Ties[], ties: Ties) => { detail: string } | undefined

/** Whether tasks may be moved to this host. */
export const takesWork = ({ draining, pressed = false }: HostLoad): boolean => !draining && !pressed

/** Like tasks that wait with one bearer. */
export interface WaitingLot {
  bearer: PeerId
  class: string
  count: number
  request: ResourceRequest
  /** the tasks are in the queue of their bearer's host, where no other host can ask for them */
  bound: boolean
  /** expected duration of such a task; undefined: not known */
  expectedMs: Millis | undefined
  /** hosts that could run one if they had nothing else to do; in the order of their ids */
  able: readonly PeerId[]
  /** ids of the tasks, in order of arrival; absent: only their number is known */
  tasks?: readonly TaskId[] | undefined
  /** input that each task needs before it can start, and the peers that have it from the start */
  inputBytes?: number | undefined
  inputsAt?: readonly PeerId[] | undefined
  /** moves after the first handover, of the task that was moved most */
  moves?: number | undefined
  /** what each task must be near or apart from; absent: nothing */
  ties?: Ties | undefined
  /** peers that had these tasks before, to which they may not go back */
  avoid?: readonly PeerId[] | undefined
  /** the tasks are members of gangs */
  gang?: boolean | undefined
}

/** A lot whose `able` are only the hosts that its tasks may go to now, by ties and path. */
export interface KnownLot extends WaitingLot {
  /** why none of the hosts that could run it is open to it; by ties: as the first of them says */
  barred?: { code: 'tied' | 'on-path'; reason: string } | undefined
}

export interface LoadFacts {
  nowMs: Millis
  windowMs: Millis
  hosts: readonly HostLoad[]
  lots: readonly WaitingLot[]
  /** a long round trip to hosts: the longest that is known, or the p95 */
  roundTripMs: Millis
  /** absent: no ties of waiting tasks are known */
  decideTies?: TiesRule | undefined
}
