import type { HostInventory, InventoryEntry } from '@souk/client'
import { useClient, useFeedState, usePolled } from '../../live/use-feed.ts'
import { Card, Empty } from '../../parts/card.tsx'
import { durationText } from '../../text/amounts.ts'
import { TimersCard } from './timers-card.tsx'
import { UsageWeek } from './usage-week.tsx'
import { WarmCard } from './warm-card.tsx'

const lookMs = 30_000

/** What the connected peer's own host has, and what it keeps for others. */
export function HostFacts() {
  const client = useClient()
  const { data } = usePolled('inventory', lookMs, (signal) => client.inventory(signal))
  return (
    <>
      <Custody />
      <TimersCard />
      <WarmCard />
      <Card title="Inventory">
        {data === undefined ? <p class="quiet">Looking at the host…</p> : <Entries inventory={data} />}
      </Card>
      {data && data.usage.length > 0 && (
        <Card title="A usual week" aside={<span class="quiet">median by the hour</span>}>
          {data.usage.map((usage) => (
            <UsageWeek key={usage.resource} usage={usage} />
          ))}
        </Card>
      )}
    </>
  )
}

function Custody() {
  const { status } = useFeedState('status')
  if (status === undefined) return null
  const { keeping, tasks, uptimeMs, version, store, limits } = status
  const survives = (keeping.custodians - 1) / 2
  return (
    <Card title="Custody and store">
      <dl class="facts">
        <dt>a task is kept by</dt>
        <dd>
          {keeping.custodians} of {keeping.keepers} keepers: it survives the loss of {survives || 'none'}
        </dd>
        <dt>kept here</dt>
        <dd>
          {Object.entries(tasks)
            .map(([state, count]) => `${count} ${state}`)
            .join(', ') || 'nothing'}
        </dd>
        <dt>votes</dt>
        <dd>
          {keeping.here ? (keeping.heardFromMajority ? 'yes' : 'not yet: it has not heard from most') : 'no keeper'}
        </dd>
        <dt>store</dt>
        <dd>{store.ok ? 'works' : `${store.code}: ${store.message}`}</dd>
        <dt>limits of commands</dt>
        <dd>
          memory {limits.memory}, CPU {limits.cpu}, processes {limits.processes}
        </dd>
        <dt>up</dt>
        <dd>
          {durationText(Math.floor(uptimeMs / 1000) * 1000)}, version {version}
        </dd>
      </dl>
    </Card>
  )
}

function Entries({ inventory }: { inventory: HostInventory }) {
  const { host, entries } = inventory
  const kinds = [...new Set(entries.map(({ kind }) => kind))]
  return (
    <>
      <p class="quiet">
        {host.os.platform} {host.os.release}, {host.os.architecture}, Node {host.nodeVersion}
      </p>
      {entries.length === 0 && <Empty title="Nothing was found" />}
      {kinds.map((kind) => (
        <details key={kind} open={kind === 'cpu' || kind === 'gpu' || kind === 'memory'}>
          <summary>{kind}</summary>
          <ul class="plain-list">
            {entries
              .filter((entry) => entry.kind === kind)
              .map((entry) => (
                <Entry key={entry.id} entry={entry} />
              ))}
          </ul>
        </details>
      ))}
    </>
  )
}

function Entry({ entry: { name, availability, declared } }: { entry: InventoryEntry }) {
  return (
    <li>
      {name} {declared && <span class="tag">declared</span>}
      {availability.state !== 'available' && (
        <span class="quiet">
          {availability.state}
          {availability.reason && `: ${availability.reason}`}
        </span>
      )}
    </li>
  )
}
