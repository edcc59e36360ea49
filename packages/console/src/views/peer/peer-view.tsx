import type { PeerLine } from '@souk/client'
import { useClient, useFeedState, usePolled } from '../../live/use-feed.ts'
import { Card, Empty, Stat } from '../../parts/card.tsx'
import { CopyText } from '../../parts/copy-text.tsx'
import { Since } from '../../parts/since.tsx'
import { StateTag } from '../../parts/state-tag.tsx'
import { TimeChart } from '../../parts/time-chart.tsx'
import { hrefOf } from '../../router.ts'
import { amountText, durationText } from '../../text/amounts.ts'
import { shortPeer } from '../../text/ids.ts'
import { amountsOf } from '../../text/resources.ts'
import { EventList } from '../events/event-list.tsx'
import { slotsOf } from '../mesh/mesh-graph.tsx'
import { TaskTable } from '../tasks/task-table.tsx'
import { DrainControl } from './drain-control.tsx'
import { HostFacts } from './host-facts.tsx'
import { LinkCard } from './link-card.tsx'

const balanceMs = 3_000
const eventsShown = 60

/** One peer: what it has, what it does, how it is reached. */
export function PeerView({ id }: { id: string }) {
  const { peers, tasks, who } = useFeedState('peers', 'tasks', 'who')
  const peer = peers.find((each) => each.id === id || each.name === id)
  if (peer === undefined) {
    return (
      <div class="view">
        <Card title="No such peer">
          <Empty title={peers.length === 0 ? 'Looking…' : `${who.name} knows no peer ${id}`}>
            <a href={hrefOf(['mesh'])}>All peers</a>
          </Empty>
        </Card>
      </div>
    )
  }
  const here = tasks.filter(({ host }) => host === peer.id)
  return (
    <div class="view peer-view">
      <Head peer={peer} />
      <div class="columns">
        <div class="wide stack">
          <Use peer={peer} />
          <Card title="Its tasks" aside={<a href={hrefOf(['tasks'], { search: peer.name })}>all</a>}>
            {here.length === 0 ? (
              <Empty title="Nothing of the latest tasks ran here">
                It is asked for bids whenever it fits a task; a task's page shows what it offered.
              </Empty>
            ) : (
              <TaskTable tasks={here.slice(0, 20)} />
            )}
          </Card>
          <PeerEvents peer={peer} />
        </div>
        <div class="stack">
          <Offer peer={peer} />
          {peer.self ? <HostFacts /> : <LinkCard peer={peer} />}
        </div>
      </div>
    </div>
  )
}

function Head({ peer }: { peer: PeerLine }) {
  return (
    <header class="view-head">
      <div>
        <p class="crumbs">
          <a href={hrefOf(['mesh'])}>Mesh</a> / <CopyText text={peer.id} shown={shortPeer(peer.id)} />
        </p>
        <h1>
          {peer.name} <StateTag state={peer.draining ? 'draining' : peer.state} />
        </h1>
        <p class="quiet">{peer.summary}</p>
      </div>
      <div class="stats">
        <Stat label={`of ${slotsOf(peer)} slots run`} value={peer.running} tone="run" />
        <Stat label="wait there" value={peer.waiting} tone="wait" />
        {peer.rttMs !== undefined && !peer.self && <Stat label="round trip" value={durationText(peer.rttMs)} />}
      </div>
      <DrainControl peer={peer} />
    </header>
  )
}

function Use({ peer: { id, name } }: { peer: PeerLine }) {
  const { moments } = useFeedState('moments')
  const of = (field: 'running' | 'waiting') =>
    moments.map(({ peers }) => peers.find((each) => each.id === id)?.[field] ?? null)
  return (
    <Card title="Use over time" aside={<span class="quiet">since this page was opened</span>}>
      <TimeChart
        label={`Tasks that run and wait at ${name}, over time`}
        wallMs={moments.map(({ wallMs }) => wallMs)}
        lines={[
          { label: 'running', tone: 'run', values: of('running') },
          { label: 'waiting', tone: 'wait', values: of('waiting') },
        ]}
      />
    </Card>
  )
}

function Offer({ peer }: { peer: PeerLine }) {
  const client = useClient()
  const { data } = usePolled('balance', balanceMs, (signal) => client.balance(signal))
  const used = new Map(
    data?.hosts.find((host) => host.peer === peer.id)?.utilisation.map((each) => [each.resource, each.used]),
  )
  const labels = Object.entries(peer.labels)
  return (
    <Card title="Offers">
      <table>
        <thead>
          <tr>
            <th scope="col">resource</th>
            <th scope="col" class="number">
              promised
            </th>
            <th scope="col" class="number">
              of
            </th>
          </tr>
        </thead>
        <tbody>
          {amountsOf(peer.capacity).map(({ resource, amount }) => (
            <tr key={resource}>
              <th scope="row">{resource}</th>
              <td class="number">{used.has(resource) ? amountText(resource, used.get(resource)!) : '–'}</td>
              <td class="number">{amountText(resource, amount)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <dl class="facts">
        <dt>runs</dt>
        <dd>{peer.executors.join(', ') || 'nothing: it submits and keeps tasks only'}</dd>
        {peer.functions.length > 0 && (
          <>
            <dt>functions</dt>
            <dd>{peer.functions.join(', ')}</dd>
          </>
        )}
        {labels.length > 0 && (
          <>
            <dt>labels</dt>
            <dd>{labels.map(([name, value]) => `${name}=${value}`).join(', ')}</dd>
          </>
        )}
        <dt>role</dt>
        <dd>{peer.role}</dd>
        {peer.advert && !peer.self && (
          <>
            <dt>advert</dt>
            <dd>
              <Heard advert={peer.advert} />
            </dd>
          </>
        )}
      </dl>
    </Card>
  )
}

/** How old the word is that all of this comes from: it says it again from time to time, also where nothing has changed. */
function Heard({ advert: { seq, heardAt } }: { advert: NonNullable<PeerLine['advert']> }) {
  const { who, recordedAt } = useFeedState('who', 'recordedAt')
  const now = recordedAt === undefined ? Date.now() : Date.parse(recordedAt)
  return (
    <>
      number {seq}, heard {heardAt === undefined ? `before ${who.name} started` : <Since iso={heardAt} now={now} />}
    </>
  )
}

function PeerEvents({ peer: { id, self, name } }: { peer: PeerLine }) {
  const { events, who } = useFeedState('events', 'who')
  const about = self ? events : events.filter(({ peer, to, from }) => peer === id || to === id || from === id)
  return (
    <Card
      title="Log"
      class="last"
      aside={<span class="quiet">{self ? 'as it happens' : `what ${who.name} has seen of it`}</span>}
    >
      {about.length === 0 ? (
        <Empty title={`Nothing about ${name} since this page was opened`} />
      ) : (
        <EventList events={about.slice(-eventsShown).reverse()} />
      )}
    </Card>
  )
}
