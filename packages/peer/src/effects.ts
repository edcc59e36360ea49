import type { Plan } from '@souk/market'
import type { ScaleIntent, WarmOrder } from '@souk/scaling'
import type {
  Advert,
  Ballot,
  Checkpoint,
  Message,
  Outcome,
  PeerId,
  Removal,
  TaskId,
  TaskRecord,
  TaskSummary,
  TaskView,
} from '@souk/wire'
import type { ClientRef } from './inputs.ts'
import type { MoveResult } from './named-move.ts'
import type { TraceEvent } from './trace.ts'
import type { ToldTrace } from './trace-gathering.ts'

/** One order to an executor. Answered by `running`, `output`…, and exactly one `ran`; or one `takenBack`. */
export interface RunOrder {
  task: TaskId
  ballot: Ballot
  record: TaskRecord
  /** which of what it asks for it was given: see `requestOf`; 0 is the request itself */
  alternative: number
  /** GPU device indexes taken for it */
  gpuDevices: number[]
  /** 1 for the first run */
  attempt: number
  /**
   * True when another peer keeps the task: then a frozen or vanished peer's guardian must kill the run before
   * the lease ends, since it may be started elsewhere.
   */
  leased: boolean
  /** where it goes on, if a run of it was stopped and left that */
  checkpoint?: Checkpoint | undefined
  /** a second run, for the bearer whose own lags */
  backup?: true | undefined
}

export type StopCode = 'timeout' | 'cancelled' | 'fenced' | 'shutdown' | 'draining' | 'pressure' | 'outrun'

/** What a local client hears. */
export type Reply =
  | { type: 'accepted'; tag: number; task: TaskId }
  | { type: 'refused'; tag: number; code: string; message: string }
  | { type: 'outcome'; task: TaskId; outcome: Outcome }
  /** undefined: no such task is known where it would have to be; `reachable` false: that peer cannot be asked now */
  | { type: 'view'; task: TaskId; view: TaskView | undefined; reachable: boolean }
  /** undefined: too many plans are being made here */
  | { type: 'planned'; plan: Plan | undefined }
  /** of each move, in their order */
  | { type: 'moved'; results: MoveResult[] }
  /** `missing`: members that did not answer in time */
  | { type: 'listed'; tasks: TaskSummary[]; total: number; missing: PeerId[] }
  /** undefined: too many such questions are under way here */
  | { type: 'traced'; told: ToldTrace | undefined }
  /** without data: what the host has kept of the run was given, and what comes after it is live */
  | { type: 'output'; task: TaskId; stream: 'stdout' | 'stderr'; offset: number; data: Uint8Array }
  /** no more live output comes from this run; the outcome has the whole */
  | { type: 'outputEnd'; task: TaskId }
  | { type: 'cancelled'; task: TaskId; answer: 'cancelled' | 'closed-before' | 'unknown' | 'stopping' | 'unreachable' }

/** One entry of the store to write, or (undefined) to delete. Values are plain data. */
export interface Write {
  key: string
  value: unknown
}

/** The closed list of everything a peer can do. A new kind is a design change: ARCHITECTURE.md, decisions. */
export type PeerEffect =
  /** to a connected member; the driver puts all of a turn to one peer into one frame with the load stamp */
  | { type: 'send'; to: PeerId; message: Message }
  /** to the advert topic; the driver signs adverts of this peer wherever they leave (publish or send) */
  | { type: 'publish'; advert: Advert }
  /** it is no member any more: nothing of it is to be taken, and this peer stops where it is itself */
  | { type: 'expel'; removal: Removal }
  /** answered by `persisted` (a watermark) or `persistFailed` */
  | { type: 'persist'; seq: number; writes: Write[] }
  | { type: 'run'; order: RunOrder }
  /** it is to begin right after a run that is under way, without a word from here; answered as `run` is, or by `takenBack` */
  | { type: 'lineUp'; order: RunOrder; behind: { task: TaskId; ballot: Ballot } }
  /** what is lined up is not to begin; answered by `takenBack`, unless it has */
  | { type: 'takeBack'; task: TaskId; ballot: Ballot }
  /** the run must end (its whole process group); answered by that run's `ran` */
  | { type: 'stop'; task: TaskId; ballot: Ballot; code: StopCode }
  /** so many workers of a class are to stand warm, said again every ten seconds; answered by `warmed` */
  | { type: 'warm'; order: WarmOrder }
  | { type: 'reply'; client: ClientRef; reply: Reply }
  /** start or end another peer; answered by `scaled` */
  | { type: 'scale'; intent: ScaleIntent }
  /** built only while somebody reads */
  | { type: 'trace'; event: TraceEvent }
