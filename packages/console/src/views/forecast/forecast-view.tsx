import type { Forecast } from '@souk/client'
import { useEffect, useState } from 'preact/hooks'
import { bucketsShown, type Foretold } from '../../live/foretold.ts'
import { useClient, useFeed, useFeedState, usePolled } from '../../live/use-feed.ts'
import { Card, Empty, Problem, Stat } from '../../parts/card.tsx'
import { durationText } from '../../text/amounts.ts'
import { ClassDemand } from './class-demand.tsx'
import { ClassTable } from './class-table.tsx'
import { CostCard } from './cost-card.tsx'

const lookMs = 2_000

/** What the connected peer runs by class, what it expected and expects, how good that was, and what it keeps warm. */
export function ForecastView({ query }: { query: URLSearchParams }) {
  const client = useClient()
  const { who } = useFeedState('who')
  const { data, error } = usePolled('forecast', lookMs, (signal) => client.forecast({ buckets: bucketsShown }, signal))
  const foretold = useForetold(data)
  if (data === undefined) return <p class="quiet centred">{error ? error.message : 'Asking the peer…'}</p>
  const { classes, bucketMs } = data
  const wanted = query.get('class')
  const shown = classes.find((each) => each.class === wanted) ?? classes[0]
  const live = classes.filter(({ warm }) => warm.free !== undefined && warm.mode === 'live').length
  return (
    <div class="view forecast-view">
      <header class="view-head">
        <h1>Forecast</h1>
        <div class="stats">
          <Stat label="classes followed" value={classes.length} />
          <Stat label="decided by forecasts" value={live} />
          <Stat label="a bucket" value={bucketMs === 0 ? '–' : durationText(bucketMs)} />
        </div>
      </header>
      <Problem error={error} />
      <Card
        title={`Classes that ${who.name} runs or is given`}
        aside={<span class="quiet">each peer foretells its own</span>}
      >
        {shown === undefined ? <NothingFollowed name={who.name} /> : <ClassTable forecast={data} shown={shown.class} />}
      </Card>
      {shown && <ClassDemand key={shown.class} demand={shown} bucketMs={bucketMs} foretold={foretold} />}
      <CostCard query={query} />
    </div>
  )
}

function NothingFollowed({ name }: { name: string }) {
  return (
    <Empty title={`${name} follows no class yet`}>
      A class is followed once it was submitted here, or has started here, in two spans of time (ten seconds each, or
      --demand-span); forecasts follow after six. Run some for a while: <code>souk map -- sleep {'{}'}</code>. What
      other peers run, their own consoles show.
    </Empty>
  )
}

/** Notes what is expected; the page keeps it while it goes to other views. */
function useForetold(latest: Forecast | undefined): Foretold {
  const { foretold } = useFeed()
  const [, drawAgain] = useState('')
  useEffect(() => {
    if (latest === undefined) return
    foretold.note(latest)
    drawAgain(latest.at)
  }, [latest, foretold])
  return foretold
}
