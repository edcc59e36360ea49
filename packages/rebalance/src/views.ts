import type { Millis } from '@souk/kernel'
import type { PeerId, TaskId } from '@souk/wire'

/**
 * A task in this peer's hands. waiting: for a place · beginning: its custodians are asked whether it may start here · queued:
 * in the queue of this host, not begun · running: begun, or about to be · passing: on its way to another peer, or its outcome
 * to its custodians.
 */
export interface BorneView {
  task: TaskId
  state: 'waiting' | 'beginning' | 'queued' | 'running' | 'passing'
  /** it neither leaves nor ends at this moment: its record is still being stored, or its custodians are being replaced */
  fixed: boolean
  /** it was told to end */
  ending: boolean
  /** it may go on from here to another host: it is not of a gang, and was not moved too often */
  movable: boolean
  /** it must not be started a second time */
  startsOnce: boolean
  /** its run can be stopped, and goes on elsewhere from what it wrote */
  checkpoints: boolean
  /** what its run here takes of the memory, as far as is known */
  memoryBytes: number
  sinceMs: Millis
  custodians: readonly PeerId[]
}

/** A task as a drain sees it. */
export interface DrainedView extends BorneView {
  /** only this peer keeps it, and another one is about to: it may go once that has it */
  inherited: boolean
}

/** What a drain may know of its peer. */
export interface DrainView {
  borne(): Iterable<DrainedView>
  /** another peer that can be reached and does not drain itself: it sees to what is given back to it */
  seesToIt(peer: PeerId): boolean
}
