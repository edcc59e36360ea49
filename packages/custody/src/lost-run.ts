import type { WallMillis } from '@souk/kernel'
import type { Ballot, Bearer } from '@souk/wire'
import type { Entry } from './entry.ts'

/** What a bearer had of a task when it was last heard of, as far as this custodian knows. */
export interface LostRun {
  bearer: Bearer
  /** under which it had it */
  ballot: Ballot
  state: 'queued' | 'running'
  /** when this custodian first heard of that, by its own wall clock; absent: it was not told */
  sinceWallMs?: WallMillis
  /** counts from 1 */
  attempt: number
}

/** What ends with its bearer's life; undefined where that had not begun to do anything, was not heard of, or gave it up. */
export function lostRunOf(entry: Entry): LostRun | undefined {
  const { bearer, borneUnder, heard, bearerState, keptIn, attempts } = entry
  // After a restart this very peer remembers of its own run that there was one, and nothing else.
  const state = keptIn === undefined ? bearerState : 'running'
  if (entry.released || (keptIn === undefined && !heard)) return undefined
  if (state !== 'queued' && state !== 'running') return undefined
  const lost: LostRun = { bearer, ballot: borneUnder, state, attempt: attempts.length + 1 }
  const sinceWallMs = sinceOf(entry, state)
  if (sinceWallMs !== undefined) lost.sinceWallMs = sinceWallMs
  return lost
}

/** These end whatever was noted before: it was of an earlier bearer. */
const ends = new Set(['lease ended', 'given up'])

function sinceOf({ timeline, bearer }: Entry, state: LostRun['state']): WallMillis | undefined {
  const last = timeline.findLast(({ event, detail }) => ends.has(event) || (event === state && detail === bearer.peer))
  return last && !ends.has(last.event) ? last.wallMs : undefined
}
