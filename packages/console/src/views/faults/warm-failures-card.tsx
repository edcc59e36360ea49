import type { TraceEvent } from '../../live/trace-event.ts'
import { Asking, Card, Empty } from '../../parts/card.tsx'
import { PeerLink } from '../../parts/links.tsx'
import { plural } from '../../text/amounts.ts'
import { clockText } from '../../text/ids.ts'
import { warmFailuresOf } from './warm-failures.ts'

const shownMax = 12

/** Workers that were to stand warm and do not, with why. `events`: undefined until somebody has answered. */
export function WarmFailuresCard({ events }: { events: readonly TraceEvent[] | undefined }) {
  const failures = warmFailuresOf(events ?? [])
  return (
    <Card title="Warm workers that failed" aside={<span class="quiet">by class and peer</span>}>
      {events === undefined ? <Asking /> : failures.length === 0 && <Empty title="None" />}
      <ul class="plain-list">
        {failures.slice(0, shownMax).map(({ class: name, peer, code, reason, wallMs, times }) => (
          <li key={`${name} ${peer}`}>
            <span class="state bad">{code}</span> {name} {peer !== undefined && <>at {<PeerLink id={peer} />} </>}
            <span class="tag">told {plural(times, 'time')}</span>
            <p class="quiet">
              {clockText(wallMs)} {reason}
            </p>
          </li>
        ))}
      </ul>
      {failures.length > shownMax && <p class="quiet">and {failures.length - shownMax} more</p>}
    </Card>
  )
}
