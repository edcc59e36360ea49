import type { Millis, WallMillis } from '@souk/kernel'
import type { Decision, MessageOf, PeerId, TaskId, TaskRecord } from '@souk/wire'
import type { DeskView } from './desk-io.ts'

/** What the dependencies must know of other peers. */
export type DependenciesView = DeskView

export interface DependenciesConfig {
  /** a peer that has not answered by then is passed over for the next */
  answerMsMax: Millis
  /** a task that has not ended is asked for again after this, in case the news was lost; doubles up to `watchAgainMsMax` */
  watchAgainMs: Millis
  watchAgainMsMax: Millis
  /** a task that no peer knows is asked for again after this, as it may just be being stored; doubles up to `watchAgainMsMax` */
  unknownAgainMs: Millis
  /** a task is given up if no peer has known it for so long, all members having been asked; longer than a submit can take */
  unknownMsMax: Millis
  /** the same if members that may know the task could not be asked */
  awayMsMax: Millis
}

export const defaultDependenciesConfig: DependenciesConfig = {
  answerMsMax: 1_500,
  watchAgainMs: 2_500,
  watchAgainMsMax: 10_000,
  unknownAgainMs: 250,
  unknownMsMax: 30_000,
  awayMsMax: 600_000,
}

export type DependenciesMessage = MessageOf<'ends' | 'moved'>

export type DependenciesInput =
  | { type: 'start' | 'wall'; wallMs: WallMillis }
  | { type: 'wake' }
  /** a task that this peer bears may be placed once all tasks in its `after` have ended as wanted */
  | { type: 'waiting'; record: TaskRecord }
  /** the task is no longer this peer's to place */
  | { type: 'withdrawn'; task: TaskId }
  | { type: 'message'; from: PeerId; message: DependenciesMessage }
  /** a link came up or went down: what that peer was asked must be asked again, there or elsewhere */
  | { type: 'linkChanged'; peer: PeerId }

export type DependenciesEffect =
  | { type: 'send'; to: PeerId; message: MessageOf<'watch'> }
  /** all tasks that it waited for have ended as wanted: the market may place it */
  | { type: 'released'; record: TaskRecord }
  /** a task that it waits for has ended otherwise, or is not known */
  | { type: 'stranded'; task: TaskId; code: string; message: string }
  /** which tasks it waits for; again whenever that changes */
  | { type: 'waits'; task: TaskId; decision: Decision }
