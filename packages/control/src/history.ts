import { apiLimits, type HistoryPage, type QueryOf, type Routes } from '@souk/client'
import { type OutcomeKind, outcomeKinds, type Priority, type TaskFilter, type TaskPosition } from '@souk/wire'
import { ApiError } from './api-error.ts'
import { fromSummary } from './from-view.ts'
import { peerOf } from './known-peer.ts'
import type { PeerSnapshotView } from './peer-snapshot-view.ts'
import type { TaskFinder } from './task-finder.ts'
import { timeOf } from './time-of.ts'

type Query = QueryOf<Routes['history']>

const pageDefault = 100

/** A page of what has ended, newest submit first. Throws ApiError 400 `request-invalid`, 404 `peer-unknown`. */
export async function history(query: Query, finder: TaskFinder, snapshot: PeerSnapshotView): Promise<HistoryPage> {
  const limit = Math.min(Number(query.limit ?? pageDefault), apiLimits.listedMax)
  const filter = filterOf(query, snapshot)
  const { tasks, total, missing } = await finder.list({
    limit,
    prefix: '',
    states: ['closed'],
    everywhere: true,
    filter,
  })
  const last = tasks.at(-1)
  const next = last && tasks.length < total ? { next: `${last.submittedWallMs}-${last.id}` } : {}
  return { tasks: tasks.map(fromSummary), total, missing, ...next }
}

function filterOf(query: Query, snapshot: PeerSnapshotView): TaskFilter {
  const filter: TaskFilter = { kinds: kindsOf(query.outcome) }
  if (query.name !== undefined) filter.name = query.name
  if (query.class !== undefined) filter.class = query.class
  if (query.tenant !== undefined) filter.tenant = query.tenant
  if (query.peer !== undefined) filter.host = peerOf(query.peer, snapshot)
  if (query.priority !== undefined) filter.priority = query.priority as Priority
  if (query.since !== undefined) filter.sinceWallMs = timeOf('since', query.since)
  if (query.until !== undefined) filter.untilWallMs = timeOf('until', query.until)
  if (query.after !== undefined) filter.after = positionOf(query.after)
  return filter
}

function kindsOf(text: string | undefined): OutcomeKind[] {
  return [...new Set(text?.split(',') ?? [])].map((word) => {
    const kind = outcomeKinds.find((known) => known === word)
    if (kind !== undefined) return kind
    const message = `'${word}' is no outcome; known are ${outcomeKinds.join(', ')}`
    throw new ApiError(400, 'request-invalid', message, { path: '/outcome' })
  })
}

/** The schema has checked its form. */
function positionOf(text: string): TaskPosition {
  const at = text.indexOf('-')
  return { submittedWallMs: Number(text.slice(0, at)), id: text.slice(at + 1) }
}
