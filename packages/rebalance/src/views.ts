import type { Millis } from '@souk/kernel'
import type { PeerId, TaskId } from '@souk/wire'

/**
 * A task in this peer's hands. waiting: for a place · queued: here, not begun · running: begun, or about to be · passing: on its
 * way to another peer, or its outcome to its custodians.
 */
export interface BorneView {
  task: TaskId
  state: 'waiting' | 'queued' | 'running' | 'passing'
  /** it neither leaves nor ends at this moment: its record is still being stored, or its custodians are being replaced */
  fixed: boolean
  /** it was told to end */
  ending: boolean
  /** it must not be started a second time */
  startsOnce: boolean
  sinceMs: Millis
  custodians: readonly PeerId[]
}

/** What a drain may know of its peer. */
export interface DrainView {
  borne(): Iterable<BorneView>
  /** another peer that can be reached and does not drain itself: it sees to what is given back to it */
  seesToIt(peer: PeerId): boolean
}
