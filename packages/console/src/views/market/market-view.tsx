import type { ComponentChildren } from 'preact'
import { useMemo } from 'preact/hooks'
import { useFeedState } from '../../live/use-feed.ts'
import { useMeshTrace } from '../../live/use-mesh-trace.ts'
import { Asking, Card, Empty, Problem, Stat } from '../../parts/card.tsx'
import { PeerLink } from '../../parts/links.tsx'
import { MissingPeers } from '../../parts/missing-peers.tsx'
import { durationText, factorText, percentText, plural } from '../../text/amounts.ts'
import { clockMsText } from '../../text/ids.ts'
import { meaningOf } from '../task/decision.ts'
import { type Auction, auctionsOf, histogram, type Miss, missesOf, quantile, refusalsOf } from './auctions.ts'
import { Columns, Shares } from './columns.tsx'

const auctionsShown = 40
const kinds = ['auction', 'task.awarded', 'task.bounced', 'task.waiting']

/** How tasks find their hosts: the auctions that all peers hold, and how every task of the mesh was placed. */
export function MarketView() {
  const { tasks } = useFeedState('tasks')
  const { events, missing, answered, error } = useMeshTrace({ kinds })
  const auctions = useMemo(() => auctionsOf(events), [events])
  const took = auctions.flatMap(({ closed }) => (closed ? [closed.tookMs] : []))
  const refusals = useMemo(() => refusalsOf(events), [events])
  const misses = useMemo(() => {
    const ends = tasks.flatMap(({ id, endedAt, host, kind }) =>
      endedAt === undefined || host === undefined || kind !== 'succeeded'
        ? []
        : [[id, { endedWallMs: Date.parse(endedAt), host }] as const],
    )
    return missesOf(events, new Map(ends))
  }, [events, tasks])
  const how = countBy(tasks.flatMap((task) => task.how ?? []))
  return (
    <div class="view market-view">
      <header class="view-head">
        <h1>Market</h1>
        <div class="stats">
          <Stat label="auctions seen" value={auctions.length} />
          <Stat label="decided in, p50" value={orNone(quantile(took, 0.5))} />
          <Stat label="p95" value={orNone(quantile(took, 0.95))} />
          <Stat label="bids an auction" value={bidsEach(auctions)} />
        </div>
      </header>
      <div class="columns">
        <Card title="Latest auctions" class="wide last" aside={answered && <MissingPeers peers={missing} />}>
          <Problem error={error} />
          {answered ? <Auctions auctions={auctions} /> : !error && <Asking />}
        </Card>
        <div class="stack">
          <Card title="How tasks were placed" aside={<span class="quiet">latest {tasks.length}, all peers</span>}>
            <Shares counts={how} nothing="No task was placed yet" />
          </Card>
          <Card title="Decision time">
            <Columns
              asking={!answered}
              buckets={histogram(took)}
              textOf={durationText}
              nothing="No auction has closed yet"
            />
          </Card>
          <Card title="Why hosts did not bid">
            <Shares
              asking={!answered}
              counts={refusals.map(({ code, count }) => [meaningOf(code), count])}
              nothing="Nobody has refused anything"
            />
          </Card>
          <Card title="What bidders said, and what came">
            {answered ? <Predictions misses={misses} /> : <Asking />}
          </Card>
        </div>
      </div>
    </div>
  )
}

const orNone = (ms: number | undefined): string => (ms === undefined ? '–' : durationText(ms))

function bidsEach(auctions: readonly Auction[]): string {
  const closed = auctions.flatMap((auction) => auction.closed ?? [])
  if (closed.length === 0) return '–'
  return (closed.reduce((sum, { bids }) => sum + bids, 0) / closed.length).toFixed(1)
}

function countBy(names: readonly string[]): [string, number][] {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1])
}

function Auctions({ auctions }: { auctions: readonly Auction[] }) {
  if (auctions.length === 0) {
    return (
      <Empty title="No auction yet">
        A peer asks for bids when a task is not better run at once where it was submitted. Submit a few:{' '}
        <code>souk map -- sleep {'{}'}</code>
      </Empty>
    )
  }
  const heads: [string, string][] = [
    ['when', ''],
    ['by', ''],
    ['class', ''],
    ['tasks', 'number'],
    ['asked', 'number'],
    ['bids', 'number'],
    ['awarded', 'number'],
    ['took', 'number'],
    ['closed', ''],
  ]
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            {heads.map(([title, look]) => (
              <th key={title} scope="col" class={look}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {auctions.slice(0, auctionsShown).map((auction) => (
            <AuctionRow key={`${auction.by} ${auction.lot} ${auction.wallMs}`} auction={auction} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function AuctionRow({ auction: { by, wallMs, class: kind, count, asked, closed } }: { auction: Auction }) {
  const cells: ComponentChildren[] = closed
    ? [closed.bids, closed.awarded, durationText(closed.tookMs)]
    : ['…', '…', '…']
  return (
    <tr>
      <td class="quiet">{clockMsText(wallMs)}</td>
      <td>{by && <PeerLink id={by} />}</td>
      <th scope="row">{kind}</th>
      <td class="number">{count}</td>
      <td class="number">{asked}</td>
      {cells.map((cell, index) => (
        <td key={index} class="number">
          {cell}
        </td>
      ))}
      <td>{closed ? <span class="tag">{closed.why}</span> : <span class="tag run">open</span>}</td>
    </tr>
  )
}

function Predictions({ misses }: { misses: readonly Miss[] }) {
  if (misses.length === 0) {
    return (
      <Empty title="Nothing to compare yet">
        A class of tasks must have been seen to run before anybody predicts when one ends.
      </Empty>
    )
  }
  const errors = misses.map(({ promisedMs, tookMs }) => Math.abs(tookMs - promisedMs) / Math.max(1, promisedMs))
  const late = misses.filter(({ promisedMs, tookMs }) => tookMs > promisedMs).length
  return (
    <>
      <div class="stats">
        <Stat label="off by, median" value={factorText(quantile(errors, 0.5) ?? 0)} />
        <Stat label="p90" value={factorText(quantile(errors, 0.9) ?? 0)} />
        <Stat label="later than the median said" value={percentText(late / misses.length)} />
      </div>
      <p class="quiet">{plural(misses.length, 'award')} that have ended; half should be later than their median.</p>
    </>
  )
}
