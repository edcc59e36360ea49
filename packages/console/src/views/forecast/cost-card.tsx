import type { Cost } from '@souk/client'
import { useClient, useFeedState, useNames, usePolled } from '../../live/use-feed.ts'
import { Card, Empty, Problem, Stat } from '../../parts/card.tsx'
import { NumberHeads } from '../../parts/number-heads.tsx'
import { Scroll } from '../../parts/scroll.tsx'
import { setQuery } from '../../router.ts'
import { plural } from '../../text/amounts.ts'
import {
  besideFacts,
  comparedText,
  priceText,
  spentHeads,
  spentRows,
  wasteOf,
  wayHeads,
  wayRows,
} from './cost-figures.ts'

/** Every peer is asked for all tasks of the time, so not often. */
const lookMs = 30_000
const hourMs = 3_600_000
const spans = [
  { key: 'hour', title: 'the last hour', ms: hourMs },
  { key: 'day', title: 'the last day', ms: 24 * hourMs },
  { key: 'week', title: 'the last week', ms: 7 * 24 * hourMs },
] as const
const spanDefault = 'day'

/** What tasks have cost, what of it was waste, and what reactive scaling and a fixed pool would have spent on the same. */
export function CostCard({ query }: { query: URLSearchParams }) {
  const client = useClient()
  const wanted = query.get('spent') ?? spanDefault
  const span = spans.find(({ key }) => key === wanted) ?? spans[1]
  const { data, error } = usePolled(`cost ${span.key}`, lookMs, (signal) =>
    client.cost({ since: new Date(Date.now() - span.ms) }, signal),
  )
  const chosen = (
    <label class="select">
      <span class="visually-hidden">Costs of</span>
      <select value={span.key} onChange={(event) => setQuery({ spent: event.currentTarget.value })}>
        {spans.map(({ key, title }) => (
          <option key={key} value={key}>
            {title}
          </option>
        ))}
      </select>
    </label>
  )
  return (
    <Card title="What it costs" aside={chosen}>
      <Problem error={error} />
      {data === undefined ? !error && <p class="quiet">Asking every peer…</p> : <Costs cost={data} span={span.title} />}
    </Card>
  )
}

function Costs({ cost, span }: { cost: Cost; span: string }) {
  const nameOf = useNames()
  const { who } = useFeedState('who')
  const { total, warm, missing, truncated } = cost
  if (total.tasks === 0) {
    return (
      <Empty title={`Nothing has run that was submitted in ${span}`}>
        What runs is priced by what it asks for: an hour of a core costs 1, unless hosts or <code>souk up --price</code>{' '}
        say otherwise.
      </Empty>
    )
  }
  return (
    <>
      <div class="stats">
        <Stat label={`spent on ${plural(total.tasks, 'task')}`} value={priceText(total.cost)} />
        <Stat label="of it wasted" value={priceText(wasteOf(total))} />
        <Stat label="warm and idle" value={priceText(warm.idleCost)} />
        <Stat label="cold starts" value={priceText(warm.coldStartCost)} />
      </div>
      <Figures label="Spent by class" first="class" heads={spentHeads} rows={spentRows(cost)} />
      <Figures label="The same tasks otherwise" first="the same tasks" heads={wayHeads} rows={wayRows(cost)} />
      <p class="quiet">{comparedText(cost)}</p>
      <dl class="facts">
        {besideFacts(cost, who.name).map(([name, value]) => [
          <dt key={name}>{name}</dt>,
          <dd key={`${name}=`}>{value}</dd>,
        ])}
      </dl>
      {truncated && <p class="note">There are more tasks than were looked at: choose a shorter time.</p>}
      {missing.length > 0 && (
        <p class="note">Not counted: what only {missing.map(nameOf).join(', ')} keeps; it did not answer in time.</p>
      )}
    </>
  )
}

interface FiguresProps {
  label: string
  first: string
  heads: readonly string[]
  rows: readonly (readonly [string, ...string[]])[]
}

function Figures({ label, first, heads, rows }: FiguresProps) {
  return (
    <Scroll label={label}>
      <table>
        <NumberHeads first={first} heads={heads} />
        <tbody>
          {rows.map(([name, ...cells]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {cells.map((cell, index) => (
                <td key={heads[index]} class="number">
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}
