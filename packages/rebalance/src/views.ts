import type { Millis } from '@souk/kernel'
import type { PeerId, TaskId } from '@souk/wire'

/**
 * A task that this peer bears. waiting: to be placed · beginning: its custodians are asked whether it may start here · queued:
 * in the queue of this host, not begun · running: begun, or about to be · passing: on its way to another peer, or its outcome
 * to its custodians.
 */
export interface BorneView {
  task: TaskId
  state: 'waiting' | 'beginning' | 'queued' | 'running' | 'passing'
  /** it may not leave at this moment: its record is still being stored, or its custodians are being replaced */
  fixed: boolean
  /** it was told to end */
  ending: boolean
  /** it may go on from here to another host: it is in no gang and was not moved too often */
  movable: boolean
  /** it must not be started a second time (`at-most-once`) */
  startsOnce: boolean
  /** its run can be stopped and go on elsewhere from a checkpoint */
  checkpoints: boolean
  /** memory that its run here uses, as far as is known */
  memoryBytes: number
  sinceMs: Millis
  custodians: readonly PeerId[]
}

/** A task as a drain sees it. */
export interface DrainedView extends BorneView {
  /** its only custodian is this peer, and another is about to replace it: the task can be given back once that has it */
  inherited: boolean
}

/** What a drain may know of its peer. */
export interface DrainView {
  borne(): Iterable<DrainedView>
  /** whether this is another peer that is reachable and does not drain, so that it would see to a task given back to it */
  seesToIt(peer: PeerId): boolean
}
