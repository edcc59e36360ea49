import type { Millis } from '@souk/kernel'
import { type Ballot, compareBallots, type MessageOf } from '@souk/wire'
import { type Entry, lastBearerOf } from './entry.ts'
import { voteOf } from './task-book.ts'

/** A PROMISE of this ballot, with all that its proposer has to know; `leftMs`: what was left of the lease before it. */
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
