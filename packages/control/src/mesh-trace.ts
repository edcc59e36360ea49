import { apiLimits, type QueryOf, type Routes, type Trace, type TracedEvent, traceFamilies } from '@souk/client'
import type { ToldTrace } from '@souk/peer'
import type { PeerHandle } from '@souk/runtime'
import type { TraceFilter } from '@souk/wire'
import { ApiError } from './api-error.ts'
import { ask } from './ask.ts'
import { peerOf } from './known-peer.ts'
import type { PeerSnapshotView } from './peer-snapshot-view.ts'
import { timeOf } from './time-of.ts'

type Query = QueryOf<Routes['trace']>

const limitDefault = 200

/**
 * Asks everybody what they have kept of their traces. Throws ApiError 400 `request-invalid`, 404 `peer-unknown`, 409
 * `peer-ambiguous`, 429 `traces-full`.
 */
export async function meshTrace(query: Query, handle: PeerHandle, snapshot: PeerSnapshotView): Promise<Trace> {
  const limit = limitOf(query.limit)
  const filter = filterOf(query, snapshot)
  const sinces = sincesOf(query.sinces)
  const { told } = await ask(
    handle,
    (client) => ({ type: 'readTrace', client, filter, sinces, limit }),
    (reply) => (reply.type === 'traced' ? reply : undefined),
  )
  if (!told)
    throw new ApiError(429, 'traces-full', 'this peer reads the trace of the mesh for many already; retry in a second')
  return {
    events: told.events.flatMap(eventOf),
    total: told.total,
    peers: told.peers.map(({ peer, sinceWallMs, atWallMs }) => ({
      id: peer,
      since: new Date(sinceWallMs).toISOString(),
      at: new Date(atWallMs).toISOString(),
    })),
    missing: [...told.missing],
  }
}

function limitOf(text: string | undefined): number {
  const limit = Number(text ?? limitDefault)
  if (limit <= apiLimits.listedMax) return limit
  const message = `limit '${text}': at most ${apiLimits.listedMax} events are told at once; ask for older ones by until`
  throw new ApiError(400, 'request-invalid', message, { path: '/limit' })
}

function filterOf({ kind, task, peer, since, until }: Query, snapshot: PeerSnapshotView): TraceFilter {
  const filter: TraceFilter = { types: kindsOf(kind) }
  if (task !== undefined) filter.task = task
  if (peer !== undefined) filter.peer = peerOf(peer, snapshot)
  if (since !== undefined) filter.sinceWallMs = timeOf('since', since)
  if (until !== undefined) filter.untilWallMs = timeOf('until', until)
  if (filter.sinceWallMs !== undefined && filter.untilWallMs !== undefined && filter.sinceWallMs > filter.untilWallMs)
    throw new ApiError(400, 'request-invalid', `since '${since}' is after until '${until}'`, { path: '/since' })
  return filter
}

/** Its form was checked. */
function sincesOf(text: string | undefined): Map<string, number> {
  const each = text?.split(',').map((since) => since.split('=') as [string, string])
  return new Map(each?.map(([peer, ms]) => [peer, Number(ms)]))
}

/** A kind that no event can be is a mistake; a type that is unknown here may be a newer peer's. */
function kindsOf(text: string | undefined): string[] {
  const known: readonly string[] = traceFamilies
  return [...new Set(text?.split(',') ?? [])].map((kind) => {
    if (known.includes(kind.split('.')[0]!)) return kind
    const message = `'${kind}' is no kind of event; known are ${known.join(', ')}, or one of their types such as task.started`
    throw new ApiError(400, 'request-invalid', message, { path: '/kind' })
  })
}

/** What readers take for text wherever it is. */
const texts = ['task', 'peer', 'to', 'from', 'code']

/**
 * Another peer wrote it: what is no object, or not of text where all events are, is left out, and nothing in it can take
 * the place of who told it and when.
 */
function eventOf({ by, seq, wallMs, text }: ToldTrace['events'][number]): TracedEvent[] {
  try {
    const event = JSON.parse(text) as TracedEvent | null
    if (typeof event?.type !== 'string') return []
    const plain = texts.every((field) => event[field] === undefined || typeof event[field] === 'string')
    return plain ? [{ ...event, by, seq, wallMs }] : []
  } catch {
    return []
  }
}
