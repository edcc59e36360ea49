import { type SoukError, TraceFollower } from '@souk/client'
import { useMemo } from 'preact/hooks'
import type { TraceEvent } from './trace-event.ts'
import { useClient, usePolled } from './use-feed.ts'

const lookMs = 2_000
const none: readonly never[] = []

/** What all peers tell of these kinds, or of one task: the newest, oldest first; and who does not answer. */
export function useMeshTrace({ kinds = none, task }: { kinds?: readonly string[]; task?: string }): {
  events: readonly TraceEvent[]
  missing: readonly string[]
  /** until somebody has answered there is nothing to say, be it that there is nothing */
  answered: boolean
  error: SoukError | undefined
} {
  const client = useClient()
  const key = `trace ${kinds.join()} ${task ?? ''}`
  const follower = useMemo(
    () => new TraceFollower((query, signal) => client.trace(query, signal), { kinds, ...(task && { task }) }),
    [client, key],
  )
  const { data, error } = usePolled(key, lookMs, (signal) => follower.look(signal))
  return { events: data?.events ?? none, missing: data?.missing ?? none, answered: data !== undefined, error }
}
