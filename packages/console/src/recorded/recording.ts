import type { TaskDetail, Who } from '@souk/client'
import { withOthers } from '../live/event-key.ts'
import type { MeshMoment } from '../live/mesh-moment.ts'
import type { TraceEvent } from '../live/trace-event.ts'

/** What an export is, for whoever reads one (@souk/wire has its reader, and a test holds both together). */
export interface Recording {
  format: 'souk-trace'
  version: 1
  at: string
  from: Who
  events: readonly TraceEvent[]
  moments: readonly MeshMoment[]
  task?: TaskDetail
  /** peers that did not tell their part of the events */
  missing?: readonly string[]
  /** so many older events of that time were not taken along */
  cut?: number
}

/** A window of the trace, or of one task what is known of it, as it goes into a file: the format first, for whoever looks. */
export function recordingOf(
  from: Who,
  window: Pick<Recording, 'events' | 'moments' | 'task' | 'missing' | 'cut'>,
  wallMs: number,
): Recording {
  return { format: 'souk-trace', version: 1, at: new Date(wallMs).toISOString(), from, ...window }
}

/** The connected peer's own events, as it streamed them, and what the mesh has told: each once, oldest first. */
export function joined(own: readonly TraceEvent[], mesh: readonly TraceEvent[], self: string): TraceEvent[] {
  return withOthers(own, mesh, self)
}
