import type { Millis } from '@souk/kernel'
import { type Decision, limits, type PeerId, type TaskId } from '@souk/wire'
import type { LostTrack } from './watched-ends.ts'

/** Ids that a reason names, and the leading characters of each that it shows, as people type them. */
const namedMax = 6
const idCharsShown = 8

/** Why a task waits: how many of the tasks in its `after` have not ended, and which. */
export function waitsForText(left: readonly TaskId[], total: number): string {
  const named = left.slice(0, namedMax).map((task) => task.slice(0, idCharsShown))
  const more = left.length > namedMax ? ` and ${left.length - namedMax} more` : ''
  const tasks = total === 1 ? '1 task' : `${total} tasks`
  return `waits for ${left.length} of ${tasks}: ${named.join(', ')}${more}`.slice(0, limits.nameCharsMax)
}

/** The same as a decision, which its custodians keep for `explain`. */
export function waitsForDecision(by: PeerId, reason: string, wallMs: number, waitedMs: Millis): Decision {
  return {
    how: 'after',
    by,
    wallMs,
    decisionMs: waitedMs,
    auctionMs: 0,
    candidates: 0,
    asked: 0,
    bids: [],
    bidsTotal: 0,
    refusals: {},
    refused: [],
    reasons: [],
    margin: 0,
    weights: {},
    closed: 'none',
    reason,
  }
}

/** Why a task never starts: one that it waits for ended otherwise than wanted. */
export function strandedText(task: TaskId, kind: string, code: string): string {
  const how = code === '' || code === kind ? kind : `${kind}, ${code}`
  return `it was to start after task ${task} had succeeded, and that ended otherwise (${how}); see: souk explain ${task.slice(0, idCharsShown)}`
}

/** Why a task never starts: no peer knows one that it waits for. */
export function lostTrackText({ task, forMs, askedAll }: LostTrack): string {
  const seconds = Math.round(forMs / 1000)
  const whom = askedAll ? 'nobody in the mesh' : 'nobody who could be asked'
  return `it was to start after task ${task}, and for ${seconds} s ${whom} knew that one: it was never accepted, or is forgotten`
}
