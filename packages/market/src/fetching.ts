import { bytesPerMsUnknown, type Millis } from '@souk/kernel'
import { type BidTerms, inputsAtOf, type PeerId, type TaskRecord } from '@souk/wire'
import type { Lot } from './lot.ts'
import type { MembersView } from './views.ts'

/**
 * Less input than this is fetched within a third of a second from anywhere, so it is not worth a lot of its own for tasks
 * whose inputs lie with different peers (guess).
 */
const keptBytesMin = 4 * 1024 * 1024

/** How long it takes to transfer so much input to a peer; `bytesPerMs`: as transfers with it went of late. */
export function fetchMsOf(inputBytes: number, bytesPerMs = bytesPerMsUnknown): Millis {
  return inputBytes / bytesPerMs
}

/**
 * Peers that have the input of a task from the start (its origin or custodians), by id; none if it is too small to matter.
 * A host that has fetched it for another task is not known here.
 */
export function keepersOf(record: Pick<TaskRecord, 'origin' | 'custodians'>, inputBytes: number): PeerId[] {
  return inputBytes < keptBytesMin ? [] : inputsAtOf(record)
}

/** How long that peer needs to fetch the inputs of the lot; undefined: it has them, or they are too small to matter. */
export function fetchMsTo(peer: PeerId, { keepers, inputBytes }: Lot, members: MembersView): Millis | undefined {
  if (keepers.size === 0 || keepers.has(peer)) return undefined
  return Math.round(fetchMsOf(inputBytes, members.bytesPerMs(peer)))
}

/** The terms of a bid with the fetch time that the asker worked out; one that the bidder states is dropped. */
export function withFetch({ fetchMs: _, ...terms }: BidTerms, fetchMs: Millis | undefined): BidTerms {
  return fetchMs === undefined ? terms : { ...terms, fetchMs }
}
