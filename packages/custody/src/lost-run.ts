import type { WallMillis } from '@souk/kernel'
import { compareBallots } from '@souk/wire'
import type { Entry, LostRun } from './entry.ts'

/** What ends with its bearer's life; undefined where that had not begun to do anything, was not heard of, or gave it up. */
export function lostRunOf(entry: Entry): LostRun | undefined {
  const { bearer, borneUnder, heard, bearerState, keptIn, attempts } = entry
  // After a restart this very peer remembers of its own run that there was one, and nothing else.
  const state = keptIn === undefined ? bearerState : 'running'
  if (entry.released) return undefined
  // Whoever was promised the task since then has not said that it has it.
  if (keptIn === undefined && !heard) return entry.lost
  if (state !== 'queued' && state !== 'running') return undefined
  // It may count as an attempt already, of which nobody knows how it ended.
  const before = attempts.filter(({ ballot }) => compareBallots(ballot, borneUnder) !== 0)
  const lost: LostRun = { bearer, ballot: borneUnder, state, attempt: before.length + 1 }
  const sinceWallMs = sinceOf(entry, state)
  if (sinceWallMs !== undefined) lost.sinceWallMs = sinceWallMs
  return lost
}

/** These end whatever was noted before: it was of an earlier bearer. */
const ends = new Set(['lease ended', 'given up'])

function sinceOf({ timeline, bearer }: Entry, state: LostRun['state']): WallMillis | undefined {
  // The end of its own lease, noted at each try to take the task up, is the last thing that is known of it.
  const own = timeline.findLastIndex(({ event, detail }) => event !== 'lease ended' || detail !== bearer.peer)
  const last = timeline
    .slice(0, own + 1)
    .findLast(({ event, detail }) => ends.has(event) || (event === state && detail === bearer.peer))
  return last && !ends.has(last.event) ? last.wallMs : undefined
}
