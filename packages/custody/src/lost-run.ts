import type { WallMillis } from '@souk/kernel'
import { compareBallots } from '@souk/wire'
import type { Entry, LostRun } from './entry.ts'

/** What of the task ended with its bearer's life. Undefined: only waited there, was not heard of, or was given up. */
export function lostRunOf(entry: Entry): LostRun | undefined {
  const { bearer, borneUnder, heard, bearerState, keptIn, attempts } = entry
  // After a restart all that a peer knows of its own run is, by `keptIn`, that there was one.
  const state = keptIn === undefined ? bearerState : 'running'
  if (entry.released) return undefined
  // The present bearer has not said that it has the task: what the one before it had is still to be told.
  if (keptIn === undefined && !heard) return entry.lost
  if (state !== 'queued' && state !== 'running') return undefined
  // The lost run may be among the attempts already, as vanished: it is not to be counted twice.
  const before = attempts.filter(({ ballot }) => compareBallots(ballot, borneUnder) !== 0)
  const lost: LostRun = { bearer, ballot: borneUnder, state, attempt: before.length + 1 }
  const sinceWallMs = sinceOf(entry, state)
  if (sinceWallMs !== undefined) lost.sinceWallMs = sinceWallMs
  return lost
}

/** Events that end what was noted before them: that was of an earlier bearer. */
const ends = new Set(['lease ended', 'given up'])

function sinceOf({ timeline, bearer }: Entry, state: LostRun['state']): WallMillis | undefined {
  // At its end the timeline may have `lease ended` of this very bearer, once per try to recover the task: passed over.
  const own = timeline.findLastIndex(({ event, detail }) => event !== 'lease ended' || detail !== bearer.peer)
  const last = timeline
    .slice(0, own + 1)
    .findLast(({ event, detail }) => ends.has(event) || (event === state && detail === bearer.peer))
  return last && !ends.has(last.event) ? last.wallMs : undefined
}
