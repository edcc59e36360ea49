import type { LinkLine, PeerLine, Status, TaskLine } from '@souk/client'
import type { ComponentChildren } from 'preact'
import { isTrouble, type TraceEvent, troubleKinds } from '../../live/trace-event.ts'
import { type Asked, useClient, useFeedState, usePolled } from '../../live/use-feed.ts'
import { useMeshTrace } from '../../live/use-mesh-trace.ts'
import { Asking, Card, Empty, Problem } from '../../parts/card.tsx'
import { PeerLink } from '../../parts/links.tsx'
import { MissingPeers } from '../../parts/missing-peers.tsx'
import { StateTag } from '../../parts/state-tag.tsx'
import { EventList } from '../events/event-list.tsx'
import { TaskTable } from '../tasks/task-table.tsx'
import { WarmFailuresCard } from './warm-failures-card.tsx'

const lookMs = 3_000
const eventsShown = 60
const warmKinds = ['warm.done']
const badEnds = ['failed', 'expired', 'lost', 'quarantined']

/** Everything that is not as it should be, worst first. */
export function FaultsView() {
  const client = useClient()
  const { status, peers } = useFeedState('status', 'peers')
  const { events, missing, answered, error } = useMeshTrace({ kinds: troubleKinds })
  // By themselves: of those that went well there are many, which would push trouble out.
  const warm = useMeshTrace({ kinds: warmKinds })
  const failed = usePolled('failed', lookMs, (signal) => client.history({ outcomes: badEnds, limit: 50 }, signal))
  const links = usePolled('links', lookMs, (signal) => client.links(signal))
  const trouble = [...events, ...warm.events].filter(isTrouble).sort((a, b) => a.wallMs - b.wallMs)
  const away = peers.filter(({ state, self }) => !self && (state === 'suspect' || state === 'dead'))
  const cut = (links.data ?? []).filter(({ authenticated, lastError }) => !authenticated && lastError !== undefined)
  return (
    <div class="view faults-view">
      <header class="view-head">
        <h1>Faults</h1>
      </header>
      <div class="columns">
        <div class="wide stack">
          <FailedTasks asked={failed} />
          <Card title="Trouble as it happens" aside={answered && <MissingPeers peers={missing} />}>
            <Problem error={error} />
            {!answered ? (
              !error && <Asking />
            ) : trouble.length === 0 ? (
              <Empty title="No trouble seen" />
            ) : (
              <EventList events={trouble.slice(-eventsShown).reverse()} />
            )}
          </Card>
        </div>
        <div class="stack">
          {status && <Here status={status} />}
          <Away peers={away} links={cut} />
          <WarmFailuresCard events={warm.answered ? warm.events : undefined} />
          <RejectedMessages events={answered ? events : undefined} />
          {status && <Rejected status={status} />}
        </div>
      </div>
    </div>
  )
}

function FailedTasks({ asked: { data, error } }: { asked: Asked<{ tasks: readonly TaskLine[] }> }) {
  const tasks = data?.tasks ?? []
  return (
    <Card title="Tasks that did not succeed">
      <Problem error={error} />
      {data === undefined ? (
        !error && <Asking />
      ) : tasks.length === 0 ? (
        <Empty title="None">
          Tasks that fail, expire, get lost or are quarantined are listed here, from the whole mesh.
        </Empty>
      ) : (
        <TaskTable tasks={tasks} />
      )}
    </Card>
  )
}

function Line({ bad, children }: { bad: boolean; children: ComponentChildren }) {
  return (
    <li class={bad ? 'check bad' : 'check good'}>
      <span class="visually-hidden">{bad ? 'bad:' : 'good:'}</span>
      {children}
    </li>
  )
}

function Here({ status: { name, store, keeping, audit, limits } }: { status: Status }) {
  return (
    <Card title={`At ${name}`}>
      <ul class="checks">
        <Line bad={!store.ok}>{store.ok ? 'Its store works' : `Its store fails: ${store.code}, ${store.message}`}</Line>
        <Line bad={!keeping.heardFromMajority}>
          {keeping.heardFromMajority
            ? 'It has heard from most members'
            : 'It has not heard from most members: it does not vote'}
        </Line>
        <Line bad={keeping.custodians === 1}>
          {keeping.custodians === 1
            ? 'Each task is kept by one peer: add hosts, so that it survives the loss of one'
            : `Each task is kept by ${keeping.custodians} peers`}
        </Line>
        <Line bad={audit.breaches.length > 0}>
          {audit.breaches.length === 0
            ? `Its audit finds nothing now (${audit.breachesEver} ever)`
            : audit.breaches
                .map(({ code, resource, seen, allowed }) => `${code}: ${seen} of ${allowed} ${resource}`)
                .join('; ')}
        </Line>
        <Line bad={limits.reason !== ''}>
          {limits.reason === '' ? 'The kernel keeps the limits of commands' : `Limits of commands: ${limits.reason}`}
        </Line>
      </ul>
    </Card>
  )
}

function Away({ peers, links }: { peers: readonly PeerLine[]; links: readonly LinkLine[] }) {
  return (
    <Card title="Peers out of reach">
      {peers.length + links.length === 0 && <Empty title="All peers are in reach" />}
      <ul class="plain-list">
        {peers.map(({ id, state }) => (
          <li key={id}>
            <StateTag state={state} /> <PeerLink id={id} />
          </li>
        ))}
        {links.map(({ id, lastError, failures }) => (
          <li key={`link ${id}`}>
            <PeerLink id={id} />: {lastError?.message} <span class="quiet">({failures} times in a row)</span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

/** Who refused whose messages, and why. */
function RejectedMessages({ events }: { events: readonly TraceEvent[] | undefined }) {
  const counts = new Map<string, { event: TraceEvent; count: number }>()
  for (const event of events ?? []) {
    if (event.type !== 'message.rejected') continue
    const key = `${event.code} ${event.peer} ${event.by}`
    counts.set(key, { event, count: (counts.get(key)?.count ?? 0) + 1 })
  }
  return (
    <Card title="Rejected messages" aside={<span class="quiet">by code and peer</span>}>
      {events === undefined ? <Asking /> : counts.size === 0 && <Empty title="None" />}
      <ul class="plain-list">
        {[...counts].map(
          ([
            key,
            {
              event: { code, peer, by },
              count,
            },
          ]) => (
            <li key={key}>
              <span class="state bad">{code}</span> from {peer ? <PeerLink id={peer} /> : 'nobody known'} at{' '}
              {by && <PeerLink id={by} />} <span class="tag">{count} times</span>
            </li>
          ),
        )}
      </ul>
    </Card>
  )
}

/** Counters that rise only where something is refused or goes wrong. */
function Rejected({ status: { counters } }: { status: Status }) {
  const names = /reject|refus|fail|drop|breach|lost|expired|behind|invalid|unlucky/i
  const counted = Object.entries(counters)
    .filter(([name, count]) => count > 0 && names.test(name))
    .sort((a, b) => b[1] - a[1])
  return (
    <Card title="Refused and dropped" aside={<span class="quiet">since this peer started</span>}>
      {counted.length === 0 && <Empty title="Nothing" />}
      <dl class="facts">
        {counted.map(([name, count]) => (
          <>
            <dt key={name}>{name}</dt>
            <dd class="number">{count}</dd>
          </>
        ))}
      </dl>
    </Card>
  )
}
