import type { ResourceVector } from '@souk/kernel'
import type { MeasuredPeer } from './measured-peer.ts'

export interface Sample {
  labels?: Readonly<Record<string, string>>
  value: number
}

/** One metric: its name tells its unit, as Prometheus wants it. */
export interface Metric {
  name: string
  /** a counter only grows, and starts anew with the peer's process */
  kind: 'gauge' | 'counter'
  help: string
  labels: readonly string[]
  read(peer: MeasuredPeer, nowMs: number): readonly Sample[]
}

/** Everything that a peer tells of itself at /metrics, but for its process. */
export const metrics: readonly Metric[] = [
  {
    ...gauge('souk_info', 'Always 1; the labels say whose metrics these are.', 'peer', 'name', 'mesh', 'role'),
    read: ({ self, name, mesh, role }) => [{ labels: { peer: self, name, mesh, role }, value: 1 }],
  },
  {
    ...gauge('souk_uptime_seconds', 'Since this life of the peer began.'),
    read: ({ startedWallMs }, nowMs) => one(Math.max(0, nowMs - startedWallMs) / 1000),
  },
  {
    ...gauge('souk_members', 'Members of the mesh as this peer sees them, by state.', 'state'),
    read: ({ members }) => counted(['alive', 'suspect', 'dead', 'left'], members),
  },
  {
    ...gauge('souk_connected_members', 'Members with an open, accepted link to this peer.'),
    read: ({ members }) => one(members.filter(({ connected }) => connected).length),
  },
  {
    ...gauge('souk_running_tasks', 'Tasks that run on this host.'),
    read: ({ load }) => one(load.running),
  },
  {
    ...gauge('souk_waiting_tasks', 'Tasks that wait here: for room of this host, or for a place that this peer seeks.'),
    read: ({ load }) => one(load.waiting),
  },
  {
    ...gauge('souk_kept_tasks', 'Tasks whose record this peer keeps, by state, the ended ones by outcome.', 'state'),
    read: ({ tasks }) => Object.entries(tasks).map(([state, value]) => ({ labels: { state }, value })),
  },
  ...resource('slots', 'Slots', ({ slots }) => slots),
  ...resource('cpus', 'CPUs', ({ cpuMilli }) => cpuMilli / 1000),
  ...resource('memory_bytes', 'Bytes of memory', ({ memoryBytes }) => memoryBytes),
  ...resource('disk_bytes', 'Bytes of disk', ({ diskBytes }) => diskBytes),
  ...resource('gpus', 'Devices', ({ gpuMilli }) => gpuMilli.reduce((sum, milli) => sum + milli, 0) / 1000),
  {
    ...gauge('souk_pressed', '1 while the host is short of memory or disk, or cannot keep up, and takes nothing.'),
    read: ({ load }) => one(load.pressed ? 1 : 0),
  },
  {
    ...gauge('souk_draining', '1 while the peer takes nothing new and gives away what waits.'),
    read: ({ drain }) => one(drain.state === 'off' ? 0 : 1),
  },
  {
    ...gauge('souk_quorum', '1 while a majority of those that keep tasks is heard from.'),
    read: ({ keeping }) => one(keeping.heardFromMajority ? 1 : 0),
  },
  {
    ...gauge('souk_store_ok', '0 when the store could not be written to last; the peer accepts nothing then.'),
    read: ({ store }) => one(store.ok ? 1 : 0),
  },
  {
    ...gauge('souk_straggling_runs', 'Runs of this host that take far longer than their like.'),
    read: ({ stragglers }) => one(stragglers.runs.length),
  },
  {
    ...gauge('souk_audit_breaches', 'What the last audit of this host found not to go together.'),
    read: ({ breaches }) => one(breaches.length),
  },
  {
    ...counter('souk_events_total', 'Trace events and learned predictions of this peer, by name.', 'event'),
    read: ({ counters }) =>
      Object.entries(counters)
        .filter(([name]) => name.includes('.') && name !== 'frames.in' && !name.startsWith(rejected))
        .map(([event, value]) => ({ labels: { event }, value })),
  },
  {
    ...counter('souk_rejected_messages_total', 'Messages that were not let in, by reason.', 'code'),
    read: ({ counters }) =>
      Object.entries(counters)
        .filter(([name]) => name.startsWith(rejected))
        .map(([name, value]) => ({ labels: { code: name.slice(rejected.length) }, value })),
  },
  {
    ...counter('souk_frames_total', 'Frames between this peer and others, by direction.', 'direction'),
    read: ({ counters }) => directions(counters.framesIn, counters.framesOut),
  },
  {
    ...counter('souk_messages_total', 'Messages in those frames, by direction.', 'direction'),
    read: ({ counters }) => directions(counters.messagesIn, counters.messagesOut),
  },
  {
    ...counter('souk_dropped_messages_total', 'Messages that were not sent: their peer was away or did not keep up.'),
    read: ({ counters }) => one(counters.messagesDropped ?? 0),
  },
  {
    ...counter('souk_store_commits_total', 'Writes to the store, each with all that waited for it.'),
    read: ({ counters }) => one(counters.commits ?? 0),
  },
  {
    ...counter('souk_store_entries_total', 'Entries in those writes.'),
    read: ({ counters }) => one(counters.entriesWritten ?? 0),
  },
]

const rejected = 'rejected.'

function gauge(name: string, help: string, ...labels: string[]) {
  return { name, kind: 'gauge' as const, help, labels }
}

function counter(name: string, help: string, ...labels: string[]) {
  return { name, kind: 'counter' as const, help, labels }
}

function one(value: number): Sample[] {
  return [{ value }]
}

/** What the host offers the mesh of a resource, and what of it no task has. */
function resource(unit: string, what: string, of: (amounts: ResourceVector) => number): Metric[] {
  return [
    {
      ...gauge(`souk_offered_${unit}`, `${what} that this host offers the mesh.`),
      read: ({ offer }) => one(of(offer.capacity)),
    },
    {
      ...gauge(`souk_free_${unit}`, `${what} of those that no task has.`),
      read: ({ free }) => one(of(free)),
    },
  ]
}

function counted(states: readonly string[], members: MeasuredPeer['members']): Sample[] {
  return states.map((state) => ({
    labels: { state },
    value: members.filter((member) => member.state === state).length,
  }))
}

function directions(incoming: number | undefined, outgoing: number | undefined): Sample[] {
  return [
    { labels: { direction: 'in' }, value: incoming ?? 0 },
    { labels: { direction: 'out' }, value: outgoing ?? 0 },
  ]
}
