import type { GpuGroup, Millis, ResourceRequest, ResourceVector } from '@souk/kernel'
import type { PeerId } from '@souk/wire'

/** A run, by whatever clock the analysis goes by. */
export interface RunSpan {
  request: ResourceRequest
  fromMs: Millis
  /** undefined: it runs now */
  toMs: Millis | undefined
}

/** A host that runs tasks and can be asked. */
export interface HostLoad {
  peer: PeerId
  capacity: ResourceVector
  gpus?: readonly GpuGroup[] | undefined
  draining: boolean
  /** what runs there, or ended within the window */
  runs: readonly RunSpan[]
}

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
}

export interface LoadFacts {
  nowMs: Millis
  windowMs: Millis
  hosts: readonly HostLoad[]
  lots: readonly WaitingLot[]
  /** the longest round trip to a host */
  roundTripMs: Millis
}
