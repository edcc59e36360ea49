import type { TaskLine } from '@souk/client'
import { useMemo } from 'preact/hooks'
import { useClient, useNames, usePolled } from '../../live/use-feed.ts'
import { Asking, Card, Empty, Problem } from '../../parts/card.tsx'
import { setQuery } from '../../router.ts'
import { plural } from '../../text/amounts.ts'
import { filterTasks, groupTasks, stateGroups, type TaskFilter } from './task-filter.ts'
import { TaskTable } from './task-table.tsx'

/** as many as the API tells at once */
const listedMax = 1_000
const lookMs = 1_500
/** of one group; the rest is counted */
const rowsMax = 100

export function TasksView({ query }: { query: URLSearchParams }) {
  const client = useClient()
  const nameOf = useNames()
  const { data, error } = usePolled('tasks', lookMs, (signal) => client.tasks({ limit: listedMax, signal }))
  const filter: TaskFilter = {
    search: query.get('search') ?? '',
    state: query.get('state') ?? '',
    group: (query.get('group') ?? '') as TaskFilter['group'],
  }
  const tasks = data?.tasks ?? []
  const found = filterTasks(tasks, filter, nameOf)
  return (
    <div class="view tasks-view">
      <header class="view-head">
        <h1>Tasks</h1>
        <Filters filter={filter} tasks={tasks} />
      </header>
      <Problem error={error} />
      {data && data.missing.length > 0 && (
        <p class="note">
          Not told of: what only {data.missing.map(nameOf).join(', ')} keeps; it did not answer in time.
        </p>
      )}
      {data === undefined ? (
        !error && <Asking />
      ) : tasks.length === 0 ? (
        <Card title="Nothing was submitted yet">
          <Empty title="The first task">
            Use <b>New task</b>, or in a terminal: <code>souk run -- echo hello</code>
          </Empty>
        </Card>
      ) : (
        <Groups found={found} filter={filter} nameOf={nameOf} />
      )}
      {data && (
        <p class="quiet">
          {plural(found.length, 'task')} of {plural(data.total, 'task')}
          {data.total > tasks.length && `; the newest ${tasks.length} are looked at, souk history has the rest`}
        </p>
      )}
    </div>
  )
}

function Filters({ filter, tasks }: { filter: TaskFilter; tasks: readonly TaskLine[] }) {
  const counts = useMemo(
    () =>
      Object.keys(stateGroups).map(
        (state) => [state, filterTasks(tasks, { search: '', state }, String).length] as const,
      ),
    [tasks],
  )
  return (
    <div class="filters">
      <input
        type="search"
        placeholder="Search id, name, class, host  /"
        aria-label="Search tasks"
        value={filter.search}
        onInput={(event) => setQuery({ search: event.currentTarget.value })}
      />
      <fieldset class="chips">
        <legend class="visually-hidden">State</legend>
        <Chip state="" label="all" count={tasks.length} chosen={filter.state} />
        {counts.map(([state, count]) => (
          <Chip key={state} state={state} label={state} count={count} chosen={filter.state} />
        ))}
      </fieldset>
      <label class="select">
        group by
        <select value={filter.group} onChange={(event) => setQuery({ group: event.currentTarget.value })}>
          <option value="">nothing</option>
          <option value="class">class</option>
          <option value="tenant">tenant</option>
          <option value="host">host</option>
          <option value="state">state</option>
        </select>
      </label>
    </div>
  )
}

function Chip({ state, label, count, chosen }: { state: string; label: string; count: number; chosen: string }) {
  return (
    <button type="button" class="chip" aria-pressed={state === chosen} onClick={() => setQuery({ state })}>
      {label} <span class="quiet">{count}</span>
    </button>
  )
}

function Groups({
  found,
  filter,
  nameOf,
}: {
  found: TaskLine[]
  filter: TaskFilter
  nameOf: (peer: string) => string
}) {
  if (found.length === 0) {
    return (
      <Card title="No task fits">
        <Empty title="Nothing with this filter">
          <button type="button" onClick={() => setQuery({ search: '', state: '' })}>
            Show all
          </button>
        </Empty>
      </Card>
    )
  }
  return (
    <>
      {groupTasks(found, filter.group, nameOf).map(({ name, tasks }) => (
        <Card
          key={name}
          title={name || 'Newest first'}
          aside={<span class="quiet">{plural(tasks.length, 'task')}</span>}
        >
          <TaskTable tasks={tasks.slice(0, rowsMax)} />
          {tasks.length > rowsMax && <p class="quiet">{tasks.length - rowsMax} more; search to narrow it down</p>}
        </Card>
      ))}
    </>
  )
}
