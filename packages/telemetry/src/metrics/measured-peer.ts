import type { PeerSnapshot } from '@souk/peer'

/** What metrics are made of: the peer's snapshot, with the driver's counters among its own. */
export type MeasuredPeer = Pick<
  PeerSnapshot,
  | 'self'
  | 'name'
  | 'mesh'
  | 'role'
  | 'startedWallMs'
  | 'offer'
  | 'free'
  | 'load'
  | 'drain'
  | 'rebalance'
  | 'members'
  | 'keeping'
  | 'tasks'
  | 'store'
  | 'stragglers'
  | 'breaches'
  | 'counters'
>
