import { useClient, usePolled } from '../../live/use-feed.ts'
import { Card, Empty } from '../../parts/card.tsx'
import { CopyText } from '../../parts/copy-text.tsx'
import { PeerLink } from '../../parts/links.tsx'
import { StateTag } from '../../parts/state-tag.tsx'
import { hrefOf } from '../../router.ts'
import { clockText, shortTask } from '../../text/ids.ts'
import { stateOf, titleOf } from '../tasks/task-filter.ts'
import { Bids } from './bids.tsx'
import { decisionOf } from './decision.ts'
import { TaskTrace } from './task-trace.tsx'

/** a recording stands still */
const lookMs = 60_000

/** A task of a replayed window: what its line, its awards and what peers did tell of it; the rest is in its own export. */
export function RecordedTask({ id }: { id: string }) {
  const client = useClient()
  const listed = usePolled(`line ${id}`, lookMs, (signal) => client.tasks({ prefix: id, limit: 1, signal }))
  const awards = usePolled(`awards ${id}`, lookMs, (signal) =>
    client.trace({ kinds: ['task.awarded'], task: id }, signal),
  )
  const line = listed.data?.tasks[0]
  const decision = decisionOf(awards.data?.events.at(-1)?.decision)
  return (
    <div class="view task-view">
      <header class="view-head">
        <div>
          <p class="crumbs">
            <a href={hrefOf(['tasks'])}>Tasks</a> / <CopyText text={id} shown={shortTask(id)} />
          </p>
          <h1>
            {line ? titleOf(line) : 'A task of this time'} {line && <StateTag state={stateOf(line)} />}
          </h1>
          {line && (
            <p class="quiet">
              submitted {clockText(Date.parse(line.submittedAt))} at <PeerLink id={line.origin} />
              {line.host && (
                <>
                  , with <PeerLink id={line.host} />
                </>
              )}
            </p>
          )}
          <p class="quiet">Its output, timeline and custodians are in an export of its own page alone.</p>
        </div>
      </header>
      {decision ? (
        <Bids task={id} decision={decision} help={[]} />
      ) : (
        <Card title="Why it is where it is">
          <Empty title="This export does not tell">
            Bids stand in the export of the task's own page, and in that of a window in which it was awarded.
          </Empty>
        </Card>
      )}
      <TaskTrace task={id} />
    </div>
  )
}
