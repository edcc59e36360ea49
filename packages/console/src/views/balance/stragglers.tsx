import type { Straggler } from '@souk/client'
import { Card, Empty } from '../../parts/card.tsx'
import { PeerLink, TaskLink } from '../../parts/links.tsx'
import { durationText, plural } from '../../text/amounts.ts'

/** the rest is counted */
const linesMax = 8

/** Runs that take far longer than their like, longest first. */
export function Stragglers({ stragglers }: { stragglers: readonly Straggler[] }) {
  return (
    <Card title="Stragglers">
      {stragglers.length === 0 ? (
        <Empty title="No run lags">A run lags once it takes far longer than 99 of 100 of its class did.</Empty>
      ) : (
        <ul class="plain-list">
          {stragglers.slice(0, linesMax).map(({ task, class: name, host, elapsedMs, p99Ms, runs }) => (
            <li key={task}>
              <TaskLink id={task} name={name} /> on <PeerLink id={host} />: <b>{durationText(elapsedMs)}</b>{' '}
              <span class="quiet">
                where 99 of 100 take at most {durationText(p99Ms)}, by {plural(runs, 'run')}
              </span>
            </li>
          ))}
          {stragglers.length > linesMax && <li class="quiet">and {stragglers.length - linesMax} more</li>}
        </ul>
      )}
    </Card>
  )
}
