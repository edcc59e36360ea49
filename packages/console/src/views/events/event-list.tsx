import { runsOf } from '../../live/runs.ts'
import { detailOf, familyOf, isTrouble, type TraceEvent } from '../../live/trace-event.ts'
import { useNames } from '../../live/use-feed.ts'
import { PeerLink, TaskLink } from '../../parts/links.tsx'
import { clockMsText } from '../../text/ids.ts'

const keys = new WeakMap<TraceEvent, number>()
let lastKey = 0

/** An event has no name of its own, and two may be alike; with one, only what is new is drawn. */
function keyOf(event: TraceEvent): number {
  const known = keys.get(event)
  if (known === undefined) keys.set(event, ++lastKey)
  return known ?? lastKey
}

/** Events in words, newest first, one a line. */
export function EventList({ events }: { events: readonly TraceEvent[] }) {
  const nameOf = useNames()
  return (
    <ol class="events">
      {runsOf(events).map(({ event, count }) => (
        <li key={keyOf(event)} class={isTrouble(event) ? 'trouble' : ''}>
          <time class="quiet">{clockMsText(event.wallMs)}</time>
          <span class={`family ${familyOf(event.type)}`}>{event.type}</span>
          <span class="what">
            {event.task && <TaskLink id={event.task} />}
            {event.peer && <PeerLink id={event.peer} />}
            <span class="quiet">{detailOf(event, nameOf)}</span>
            {event.by && <span class="quiet">told by {nameOf(event.by)}</span>}
            {count > 1 && <span class="tag">{count} times</span>}
          </span>
        </li>
      ))}
    </ol>
  )
}
