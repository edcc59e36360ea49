import type { Plan } from '@souk/market'
import type { ScaleIntent, WarmOrder } from '@souk/scaling'
import type {
  Advert,
  Ballot,
  Checkpoint,
  Message,
  MessageOf,
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
  /** the alternative that it was given (`requestOf`); 0: the request itself */
  alternative: number
  /** GPU device indexes taken for it */
  gpuDevices: number[]
  /** 1 for the first run */
  attempt: number
  /**
   * Another peer keeps the task and may start it elsewhere once the lease ends: the guardian must kill the run before that if
   * this peer freezes or vanishes.
   */
  leased: boolean
  /** state that an earlier, stopped run left, from which this run goes on */
  checkpoint?: Checkpoint | undefined
  /** a second run, for a bearer whose own run lags */
  backup?: true | undefined
}

export type StopCode = 'timeout' | 'cancelled' | 'fenced' | 'shutdown' | 'draining' | 'pressure' | 'outrun'

/** What a local client hears. */
export type Reply =
  | { type: 'accepted'; tag: number; task: TaskId }
  | { type: 'refused'; tag: number; code: string; message: string }
  | { type: 'outcome'; task: TaskId; outcome: Outcome }
  /** view undefined: no peer that was asked knows the task; `reachable` false: a peer that may know it cannot be asked now */
  | { type: 'view'; task: TaskId; view: TaskView | undefined; reachable: boolean }
  /** plan undefined: too many plans are being made here */
  | { type: 'planned'; plan: Plan | undefined }
  /** a result for each move, in their order */
  | { type: 'moved'; results: MoveResult[] }
  /** `missing`: members that did not answer in time */
  | { type: 'listed'; tasks: TaskSummary[]; total: number; missing: PeerId[] }
  /** told undefined: too many such questions are under way here */
  | { type: 'traced'; told: ToldTrace | undefined }
  /** empty data: all that the host had kept of the run was sent, what follows is live */
  | { type: 'output'; task: TaskId; stream: 'stdout' | 'stderr'; offset: number; data: Uint8Array }
  /** no more live output comes from this run; the outcome has the whole */
  | { type: 'outputEnd'; task: TaskId }
  | { type: 'cancelled'; task: TaskId; answer: MessageOf<'cancelled'>['answer'] | 'unreachable' }

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
  /** a peer was removed: the driver takes nothing from it any more, and stops this peer if it is the one removed */
  | { type: 'expel'; removal: Removal }
  /** answered by `persisted` (a watermark) or `persistFailed` */
  | { type: 'persist'; seq: number; writes: Write[] }
  | { type: 'run'; order: RunOrder }
  /** the run is to begin right after another, without a further effect; answered like `run`, or by `takenBack` */
  | { type: 'lineUp'; order: RunOrder; behind: { task: TaskId; ballot: Ballot } }
  /** a lined-up run is not to begin; answered by `takenBack`, unless it has begun */
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
