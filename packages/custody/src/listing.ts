import {
  comparePositions,
  isUnendable,
  limits,
  type MessageOf,
  type PeerId,
  type TaskFilter,
  type TaskPosition,
  type TaskSummary,
} from '@souk/wire'
import { type Entry, outcomeOf, stateOf } from './entry.ts'
import { matchesGlob } from './glob.ts'
import { summaryBytes, toSummary } from './summarising.ts'

/** Bytes of one page: it has to fit into a frame, together with other messages. */
const pageBytesMax = Math.floor(limits.frameBytesMax * 0.75)

/** Whose listing it is, and which peers were removed from the mesh: they never vote again. */
interface Facts {
  self: PeerId
  removed: (peer: PeerId) => boolean
}

/**
 * A page of a listing: the newest tasks that match, and how many match in all. Of a task's custodians only the first one
 * that can be asked lists it, so that it is counted once over all answers.
 */
export function listEntries(
  entries: Iterable<Entry>,
  { self, removed }: Facts,
  query: MessageOf<'list'>,
): { tasks: TaskSummary[]; total: number } {
  const matching: Entry[] = []
  const without = new Set(query.without)
  for (const entry of entries) {
    if (entry.phase === 'moved' || !entry.record.id.startsWith(query.prefix)) continue
    // `without` names members only, so custodians that were removed from the mesh are left out here.
    if (entry.record.custodians.find((peer) => !without.has(peer) && !removed(peer)) !== self) continue
    if (query.states.length > 0 && !query.states.includes(stateOf(entry))) continue
    if (query.filter && !passes(entry, query.filter, removed)) continue
    matching.push(entry)
  }
  matching.sort((a, b) => comparePositions(positionOf(a), positionOf(b)))
  return { tasks: page(matching, query.limit), total: matching.length }
}

/** The first tasks that fit into a frame, at least one. */
function page(matching: readonly Entry[], limit: number): TaskSummary[] {
  const tasks: TaskSummary[] = []
  let bytes = 0
  for (const entry of matching) {
    if (tasks.length >= limit) break
    const summary = toSummary(entry)
    bytes += summaryBytes(summary)
    if (bytes > pageBytesMax && tasks.length > 0) break
    tasks.push(summary)
  }
  return tasks
}

const positionOf = ({ record }: Entry): TaskPosition => ({ submittedWallMs: record.submittedWallMs, id: record.id })

function passes(entry: Entry, filter: TaskFilter, removed: Facts['removed']): boolean {
  const { spec, submittedWallMs, custodians } = entry.record
  if (filter.keptBy !== undefined && !custodians.includes(filter.keptBy)) return false
  if (filter.unendable === true && !losesMajority(entry, filter.keptBy, removed)) return false
  if (filter.sinceWallMs !== undefined && submittedWallMs < filter.sinceWallMs) return false
  if (filter.untilWallMs !== undefined && submittedWallMs > filter.untilWallMs) return false
  if (filter.after && comparePositions(positionOf(entry), filter.after) <= 0) return false
  if (filter.tenant !== undefined && spec.tenant !== filter.tenant) return false
  if (filter.priority !== undefined && spec.priority !== filter.priority) return false
  const outcome = outcomeOf(entry)
  if (filter.kinds.length > 0 && !(outcome && filter.kinds.includes(outcome.kind))) return false
  if (filter.host !== undefined && (outcome ? outcome.host : entry.bearer.peer) !== filter.host) return false
  if (filter.class !== undefined && !matchesGlob(spec.class, filter.class)) return false
  return filter.name === undefined || matchesGlob(spec.name, filter.name)
}

/**
 * Whether too few custodians are left for a majority, without which neither an outcome (a cancel included) nor a next set is
 * chosen. With `next`: whether it comes to that only once this peer is removed as well.
 */
function losesMajority({ phase, record }: Entry, next: PeerId | undefined, removed: Facts['removed']): boolean {
  if (phase === 'closed') return false
  const { custodians } = record
  if (next === undefined) return isUnendable(custodians, removed)
  return !isUnendable(custodians, removed) && isUnendable(custodians, (peer) => peer === next || removed(peer))
}
