import type { Balance } from '@souk/client'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useClient, useFeedState, useNames, usePolled } from '../../live/use-feed.ts'
import { Card, Empty, Problem, Stat } from '../../parts/card.tsx'
import { durationText, percentText, plural } from '../../text/amounts.ts'
import { EventList } from '../events/event-list.tsx'
import { AppliedCard } from './applied-card.tsx'
import { HeatMap } from './heat-map.tsx'
import { PlanCard } from './plan-card.tsx'
import { Stragglers } from './stragglers.tsx'

const lookMs = 2_000
/** four minutes of looks */
const looksMax = 120
const movesShown = 30

const moveTypes = new Set(['wanted.given', 'task.bounced', 'task.givenUp', 'task.received', 'task.moved'])

/** How work is spread, what keeps tasks waiting, what moved, and whether moving some would help. */
export function BalanceView() {
  const client = useClient()
  const { data, error } = usePolled('balance', lookMs, (signal) => client.balance(signal))
  const looks = useLooks(data)
  if (data === undefined) return <p class="quiet centred">{error ? error.message : 'Asking all hosts…'}</p>
  return (
    <div class="view balance-view">
      <header class="view-head">
        <h1>Balance</h1>
        <div class="stats">
          <Stat label="wait" value={data.waiting} tone="wait" />
          <Stat label="imbalance (CV)" value={data.imbalance.cv.toFixed(2)} />
          <Stat label="least it can be" value={data.imbalance.cvFloor.toFixed(2)} />
          <Stat label="fullest over mean" value={`${data.imbalance.maxOverMean.toFixed(1)}×`} />
        </div>
      </header>
      <Problem error={error} />
      <div class="columns">
        <Card
          title="Use by host and resource"
          class="wide"
          aside={<span class="quiet">mean of {durationText(data.windowMs)}; below it the last minutes</span>}
        >
          <HeatMap balance={data} looks={looks} />
        </Card>
        <div class="stack">
          <Advice balance={data} />
          <Bottlenecks balance={data} />
          <Stragglers stragglers={data.stragglers} />
        </div>
      </div>
      <PlanCard balance={data} />
      {data.applied && <AppliedCard applied={data.applied} />}
      <Moves />
    </div>
  )
}

/** The last looks, oldest first. */
function useLooks(latest: Balance | undefined): readonly Balance[] {
  const [looks, setLooks] = useState<readonly Balance[]>([])
  const seen = useRef('')
  useEffect(() => {
    if (latest === undefined || latest.at === seen.current) return
    seen.current = latest.at
    setLooks((before) => [...before, latest].slice(-looksMax))
  }, [latest])
  return looks
}

const strategies = {
  steal: 'Hosts with room ask for work',
  shed: 'Full hosts give work up',
  none: 'Nothing needs to move',
}

function Advice({ balance: { strategy, rebalance } }: { balance: Balance }) {
  const { who } = useFeedState('who')
  const { on, movesLastMinute, movesPerMinuteMax, pressure } = rebalance
  return (
    <Card title={strategies[strategy.strategy]}>
      <p>
        <span class="tag">{strategy.code}</span> {strategy.reason}
      </p>
      <p class="quiet">
        {on
          ? `${who.name} has moved ${movesLastMinute} in the last minute, of at most ${movesPerMinuteMax}.`
          : `${who.name} moves nothing by itself after its first hand-over.`}
      </p>
      {pressure && (
        <p class="note">
          <span class="tag">{pressure.code}</span> {who.name} takes nothing: {pressure.detail}
          {pressure.moved > 0 && `; ${pressure.moved} asked for a checkpoint, to go on elsewhere`}
        </p>
      )}
    </Card>
  )
}

function Bottlenecks({ balance: { bottlenecks, missing } }: { balance: Balance }) {
  const nameOf = useNames()
  return (
    <Card title="What keeps tasks waiting">
      {bottlenecks.length === 0 ? (
        <Empty title="No bottleneck">Everything that waits has room, or nothing waits.</Empty>
      ) : (
        <ul class="plain-list">
          {bottlenecks.map(({ resource, tasks, share, hosts }) => (
            <li key={resource}>
              <b>{resource}</b> is short on {plural(hosts, 'host')}: {plural(tasks, 'task')}, {percentText(share)} of
              what waits
            </li>
          ))}
        </ul>
      )}
      {missing.length > 0 && <p class="note">Not told of: {missing.map(nameOf).join(', ')} did not answer in time.</p>}
    </Card>
  )
}

function Moves() {
  const { events, who } = useFeedState('events', 'who')
  const moves = events.filter(({ type }) => moveTypes.has(type))
  return (
    <Card title="What moved, and why" aside={<span class="quiet">as {who.name} has seen it</span>}>
      {moves.length === 0 ? (
        <Empty title="Nothing has moved since this page was opened">
          Work moves when a host has room for what waits elsewhere, or drains.
        </Empty>
      ) : (
        <EventList events={moves.slice(-movesShown).reverse()} />
      )}
    </Card>
  )
}
