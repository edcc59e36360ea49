import type { Millis } from '@souk/kernel'
import { type Ballot, compareBallots, type MessageOf } from '@souk/wire'
import { type Entry, lastBearerOf } from './entry.ts'
import { voteOf } from './task-book.ts'

/** A custodian's promise of a ballot, with all that it knows; `leftMs`: of the lease under the ballot before. */
export function promiseOf(entry: Entry, ballot: Ballot, leftMs: Millis): MessageOf<'promise'> {
  const said: MessageOf<'promise'> = {
    t: 'promise',
    ...voteOf(entry, ballot),
    attempts: [...entry.attempts],
    begun: entry.begun,
    leftMs,
  }
  if (entry.accepted) said.accepted = entry.accepted
  if (entry.ending) said.ending = entry.ending
  if (compareBallots(entry.borneUnder, ballot) !== 0) said.borne = lastBearerOf(entry)
  return said
}
