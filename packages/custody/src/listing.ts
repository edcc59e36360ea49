import {
  comparePositions,
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

/** Of one page: it travels in one frame, with others of its moment. */
const pageBytesMax = Math.floor(limits.frameBytesMax * 0.75)

/**
 * A page of a listing: the newest that match, and how many match in all. Of the custodians that can be asked the
 * first one tells of a task, so that each is counted once.
 */
export function listEntries(
  entries: Iterable<Entry>,
  self: PeerId,
  query: MessageOf<'list'>,
): { tasks: TaskSummary[]; total: number } {
  const matching: Entry[] = []
  const without = new Set(query.without)
  for (const entry of entries) {
    if (entry.phase === 'moved' || !entry.record.id.startsWith(query.prefix)) continue
    if (entry.record.custodians.find((peer) => !without.has(peer)) !== self) continue
    if (query.states.length > 0 && !query.states.includes(stateOf(entry))) continue
    if (query.filter && !passes(entry, query.filter)) continue
    matching.push(entry)
  }
  matching.sort((a, b) => comparePositions(positionOf(a), positionOf(b)))
  return { tasks: page(matching, query.limit), total: matching.length }
}

/** The first that fit into a frame, at least one. */
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

function passes(entry: Entry, filter: TaskFilter): boolean {
  const { spec, submittedWallMs } = entry.record
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
