import type { Millis, WallMillis } from '@souk/kernel'
import type { Decision, MessageOf, PeerId, TaskId, TaskRecord } from '@souk/wire'
import type { DeskView } from './desk-io.ts'

/** What the dependencies must know of the others. */
export type DependenciesView = DeskView

export interface DependenciesConfig {
  /** a peer that has not answered by then is not waited for */
  answerMsMax: Millis
  /** what has not ended is asked for again after this, in case the news was lost; doubling up to `watchAgainMsMax` */
  watchAgainMs: Millis
  watchAgainMsMax: Millis
  /** what nobody knows is asked for again after this, doubling up to `watchAgainMsMax`: it may be on its way to its custodians */
  unknownAgainMs: Millis
  /** given up when nothing was known of it for so long, everybody having been asked: longer than a submit can take */
  unknownMsMax: Millis
  /** the same, where members that may know it could not be asked */
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
  /** a baton of ours that may be placed once everything in its `after` has ended as wanted */
  | { type: 'waiting'; record: TaskRecord }
  /** no longer ours to place */
  | { type: 'withdrawn'; task: TaskId }
  | { type: 'message'; from: PeerId; message: DependenciesMessage }
  /** a link to that peer came up or went down: what it knows has to be asked for again, or of others */
  | { type: 'linkChanged'; peer: PeerId }

export type DependenciesEffect =
  | { type: 'send'; to: PeerId; message: MessageOf<'watch'> }
  /** everything that it waited for has ended as wanted: market's turn */
  | { type: 'released'; record: TaskRecord }
  /** something that it waits for never will */
  | { type: 'stranded'; task: TaskId; code: string; message: string }
  /** it waits, and for what; told again whenever that changes */
  | { type: 'waits'; task: TaskId; decision: Decision }
