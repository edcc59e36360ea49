import { bytesPerMsUnknown, type Millis } from '@souk/kernel'
import { type BidTerms, inputsAtOf, type PeerId, type TaskRecord } from '@souk/wire'
import type { Lot } from './lot.ts'
import type { MembersView } from './views.ts'

/**
 * Less than this is fetched in a third of a second even so: it is not worth an auction of its own for tasks whose inputs
 * lie with different peers (guess).
 */
const keptBytesMin = 4 * 1024 * 1024

/** How long so much input takes from here to where it is wanted; `bytesPerMs`: as transfers with that peer went of late. */
export function fetchMsOf(inputBytes: number, bytesPerMs = bytesPerMsUnknown): Millis {
  return inputBytes / bytesPerMs
}

/**
 * Who need not fetch the input of a task, by id: who has it from the start. Nobody where it is too little to matter. A host that fetched it for another task is not known here.
 */
export function keepersOf(record: Pick<TaskRecord, 'origin' | 'custodians'>, inputBytes: number): PeerId[] {
  return inputBytes < keptBytesMin ? [] : inputsAtOf(record)
}

/** How long the inputs of these tasks take to that peer; undefined: it has them, or they are too small to matter. */
export function fetchMsTo(peer: PeerId, { keepers, inputBytes }: Lot, members: MembersView): Millis | undefined {
  if (keepers.size === 0 || keepers.has(peer)) return undefined
  return Math.round(fetchMsOf(inputBytes, members.bytesPerMs(peer)))
}

/** The terms of a bid with what its asker knows of the way there; what the bidder says of that counts for nothing. */
export function withFetch({ fetchMs: _, ...terms }: BidTerms, fetchMs: Millis | undefined): BidTerms {
  return fetchMs === undefined ? terms : { ...terms, fetchMs }
}
