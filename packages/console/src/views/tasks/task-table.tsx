import type { TaskLine } from '@souk/client'
import { PeerLink, TaskLink } from '../../parts/links.tsx'
import { Since } from '../../parts/since.tsx'
import { StateTag } from '../../parts/state-tag.tsx'
import { durationText } from '../../text/amounts.ts'
import { stateOf, titleOf } from './task-filter.ts'

export function TaskTable({ tasks }: { tasks: readonly TaskLine[] }) {
  return (
    <div class="scroll">
      <table class="task-table">
        <thead>
          <tr>
            <th scope="col">task</th>
            <th scope="col">state</th>
            <th scope="col">host</th>
            <th scope="col">placed</th>
            <th scope="col" class="number">
              waited
            </th>
            <th scope="col" class="number">
              ran
            </th>
            <th scope="col">submitted</th>
          </tr>
        </thead>
        <tbody>
          {tasks.map((task) => (
            <Row key={task.id} task={task} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Row({ task }: { task: TaskLine }) {
  const { id, host, how, waitedMs, ranMs, startedAt, submittedAt, state } = task
  const now = Date.now()
  const waiting = startedAt === undefined && state !== 'closed' ? now - Date.parse(submittedAt) : undefined
  const running = state === 'running' && startedAt !== undefined ? now - Date.parse(startedAt) : undefined
  const [waited, ran] = [waitedMs ?? waiting, ranMs ?? running]
  return (
    <tr>
      <th scope="row">
        <TaskLink id={id} name={titleOf(task)} />
      </th>
      <td>
        <StateTag state={stateOf(task)} />
      </td>
      <td>{host && <PeerLink id={host} />}</td>
      <td class="quiet">{how}</td>
      <td class="number">{waited === undefined ? '' : durationText(Math.max(0, waited))}</td>
      <td class="number">{ran === undefined ? '' : durationText(Math.max(0, ran))}</td>
      <td class="quiet">
        <Since iso={submittedAt} />
      </td>
    </tr>
  )
}
