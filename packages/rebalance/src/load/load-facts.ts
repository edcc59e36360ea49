import type { GpuGroup, Millis, ResourceRequest, ResourceVector } from '@souk/kernel'
import type { PeerId, TaskId, Ties } from '@souk/wire'

/** A run, by whatever clock the analysis goes by. */
export interface RunSpan {
  request: ResourceRequest
  fromMs: Millis
  /** undefined: it runs now */
  toMs: Millis | undefined
  /** how long such a run takes; absent: none was seen to end */
  expectedMs?: Millis | undefined
}

/** A host that runs tasks and can be asked. */
export interface HostLoad {
  peer: PeerId
  capacity: ResourceVector
  gpus?: readonly GpuGroup[] | undefined
  draining: boolean
  /** it is under pressure */
  pressed?: boolean | undefined
  /** what runs there, or ended within the window */
  runs: readonly RunSpan[]
  /** how fast large transfers to it went of late; absent: none was measured */
  bytesPerMs?: number | undefined
  /** of what runs there or is queued there, as far as it is near or apart from anything */
  ties?: readonly Ties[] | undefined
}

/**
 * Why a task with such ties may not join what is at a host; undefined: it may. The market's own rule: whoever makes facts
 * brings it along, so that a plan and an auction never differ.
 */
export type TiesRule = (there: readonly Ties[], ties: Ties) => { detail: string } | undefined

/** Work may go there. */
export const takesWork = ({ draining, pressed = false }: HostLoad): boolean => !draining && !pressed

/** Like tasks that wait with one bearer. */
export interface WaitingLot {
  bearer: PeerId
  class: string
  count: number
  request: ResourceRequest
  /** in the queue of its bearer's host: no other host can ask for them */
  bound: boolean
  /** how long such a task runs; undefined: none was seen */
  expectedMs: Millis | undefined
  /** hosts that could run one if they had nothing else to do; in the order of their ids */
  able: readonly PeerId[]
  /** which they are, in the order in which they came; absent: only their number is known */
  tasks?: readonly TaskId[] | undefined
  /** what each of them has to be given before it can start, in all, and who has it from the start */
  inputBytes?: number | undefined
  inputsAt?: readonly PeerId[] | undefined
  /** how often the one that was moved most was, after its first hand-over */
  moves?: number | undefined
  /** what each of them must be near or apart from; absent: nothing */
  ties?: Ties | undefined
  /** they had it before: it does not go back there */
  avoid?: readonly PeerId[] | undefined
  /** they start together with others, or not at all */
  gang?: boolean | undefined
}

/** One that was looked at: `able` are those hosts that it may go to as things stand. */
export interface KnownLot extends WaitingLot {
  /** hosts could run it, but for what else is there or because they had it before: as it is with the first of them */
  barred?: { code: 'tied' | 'on-path'; reason: string } | undefined
}

export interface LoadFacts {
  nowMs: Millis
  windowMs: Millis
  hosts: readonly HostLoad[]
  lots: readonly WaitingLot[]
  /** the longest round trip to a host */
  roundTripMs: Millis
  /** absent: what waits has no ties that are known */
  decideTies?: TiesRule | undefined
}
