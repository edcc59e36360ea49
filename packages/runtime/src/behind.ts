import type { TraceEvent } from '@souk/peer'
import type { Incarnation } from '@souk/wire'
import { CodedError } from './ports.ts'

/** Code `store-behind`: others remember a later life of this peer than its store does. */
export class StoreBehindError extends CodedError {
  /** the life that others remember */
  readonly seen: Incarnation
  /** the life that the store says this is */
  readonly own: Incarnation

  constructor(seen: Incarnation, own: Incarnation) {
    super(
      'store-behind',
      `The store of this peer is an old copy: by it this is life ${own} of the peer, but others have met its life ${seen}. ` +
        'Either it was restored from a backup or an old disk image, or a copy of the data folder runs elsewhere. ' +
        'What it promised meanwhile is not in it, so it must not run as this peer again: move it away and join as a new peer.',
    )
    this.seen = seen
    this.own = own
  }
}

/** What the machine has found out of its own store; undefined for every other event. */
export function behindIn(event: TraceEvent): StoreBehindError | undefined {
  const { type, seen, own } = event as { type: string; seen?: unknown; own?: unknown }
  if (type !== 'store.behind') return undefined
  return new StoreBehindError(Number(seen), Number(own))
}
