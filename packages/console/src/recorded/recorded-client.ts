import { type HistoryQuery, type SoukClient, SoukError, type TaskLine, type Trace, type TraceQuery } from '@souk/client'
import type { Recording } from './recording.ts'

type TasksAsked = NonNullable<Parameters<SoukClient['tasks']>[0]>

const replayed = (what: string): SoukError =>
  new SoukError('replayed', `this is a replay: it has no ${what}, and nothing can be done in it`)

/** Answers out of a recording what it can answer, and refuses everything else; bids are weighed again by whoever serves it. */
export function recordedClient(recording: Recording, reweigh: SoukClient['reweigh']): SoukClient {
  const tasks = tasksIn(recording)
  const answers: Partial<SoukClient> = {
    trace: async (query = {}) => traceOf(recording, query),
    history: async (query = {}) => historyOf(tasks, query),
    tasks: async (query = {}) => listOf(tasks, query),
    reweigh,
    links: async () => [],
    close: async () => {},
    async task(id) {
      const { task } = recording
      if (task?.id.startsWith(id)) return task
      throw replayed('details of this task; those are in the export of its own page')
    },
    async *logs() {},
  }
  return new Proxy(answers as SoukClient, {
    get: (target, name: string & keyof SoukClient) =>
      target[name] ?? (() => Promise.reject(replayed(`${String(name)} of a peer`))),
  })
}

/** Each as it was seen last, newest submit first. */
function tasksIn({ moments }: Recording): TaskLine[] {
  const tasks = new Map(moments.flatMap((moment) => moment.tasks.map((task) => [task.id, task])))
  return [...tasks.values()].sort((a, b) => Date.parse(b.submittedAt) - Date.parse(a.submittedAt))
}

/** As a peer lists them: a state may be an outcome, too. */
function listOf(tasks: readonly TaskLine[], { limit = 100, prefix = '', states = [] }: TasksAsked) {
  const fits = ({ state, kind }: TaskLine) =>
    states.length === 0 || states.includes(state) || (kind !== undefined && states.includes(kind))
  const found = tasks.filter((task) => task.id.startsWith(prefix) && fits(task))
  return { tasks: found.slice(0, limit), total: found.length, missing: [] }
}

function historyOf(tasks: readonly TaskLine[], { outcomes = [], limit = 100 }: HistoryQuery) {
  const ended = tasks.filter(({ kind }) => kind !== undefined && (outcomes.length === 0 || outcomes.includes(kind)))
  return { tasks: ended.slice(0, limit), total: ended.length, missing: [] }
}

function traceOf(recording: Recording, query: TraceQuery): Trace {
  const { events, from, missing = [] } = recording
  const { kinds = [], task, peer, since, until, limit = 200 } = query
  const fits = (type: string) => kinds.some((kind) => type === kind || type.startsWith(`${kind}.`))
  const id = peer === undefined ? undefined : idOf(recording, peer)
  const fitting = events
    .map((event, seq) => ({ by: from.self, seq, ...event }))
    .filter((event) => kinds.length === 0 || fits(event.type))
    .filter((event) => task === undefined || event.task?.startsWith(task))
    .filter(({ by, ...event }) => id === undefined || [by, event.peer, event.to, event.from].includes(id))
    .filter(({ wallMs }) => wallMs >= (since?.getTime() ?? 0) && wallMs <= (until?.getTime() ?? Infinity))
  const at = new Date(events.at(-1)?.wallMs ?? 0).toISOString()
  const began = new Date(events[0]?.wallMs ?? 0).toISOString()
  return {
    events: fitting.slice(-limit),
    total: fitting.length,
    peers: [{ id: from.self, since: began, at }],
    missing: [...missing],
  }
}

/** A peer may be asked for by its name. */
function idOf({ moments }: Recording, peer: string): string {
  return moments.at(-1)?.peers.find(({ name }) => name === peer)?.id ?? peer
}
