import type { Entry } from './entry.ts'

/** What people asked and saw of a task goes on in its next version here; the votes do not. */
export function goOn(known: Entry, entry: Entry): void {
  entry.phase = 'open'
  entry.attempts = known.attempts
  entry.begun = known.begun
  entry.decision = known.decision
  entry.ending = known.ending
  entry.cancellers = known.cancellers
  entry.word = known.word
  entry.watchers = known.watchers
  entry.endWatchers = known.endWatchers
  entry.timeline = known.timeline
}
