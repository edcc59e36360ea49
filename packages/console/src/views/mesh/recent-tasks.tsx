import type { TaskLine } from '@souk/client'
import { Card, Empty } from '../../parts/card.tsx'
import { PeerLink, TaskLink } from '../../parts/links.tsx'
import { Since } from '../../parts/since.tsx'
import { StateTag } from '../../parts/state-tag.tsx'
import { hrefOf } from '../../router.ts'
import { titleOf } from '../tasks/task-filter.ts'

const shownMax = 9

/** What was submitted last, anywhere in the mesh. */
export function RecentTasks({ tasks, now }: { tasks: readonly TaskLine[]; now: number }) {
  return (
    <Card title="Latest tasks" aside={<a href={hrefOf(['tasks'])}>all</a>}>
      {tasks.length === 0 ? (
        <Empty title="No task yet">
          Try one: the button <b>New task</b>, or in a terminal <code>souk run -- echo hello</code>
        </Empty>
      ) : (
        <ol class="feed">
          {tasks.slice(0, shownMax).map((task) => (
            <li key={task.id}>
              <StateTag state={task.kind ?? task.state} />
              <TaskLink id={task.id} name={titleOf(task)} />
              <span class="quiet">
                {task.host && (
                  <>
                    on <PeerLink id={task.host} /> ·{' '}
                  </>
                )}
                <Since iso={task.submittedAt} now={now} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </Card>
  )
}
