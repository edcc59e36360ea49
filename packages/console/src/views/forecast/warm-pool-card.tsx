import type { ClassForecast } from '@souk/client'
import { Card } from '../../parts/card.tsx'
import { durationText, percentText, plural } from '../../text/amounts.ts'
import { ModeTag } from './class-table.tsx'

type WarmPool = ClassForecast['warm']

/** How many workers are to stand warm, who decides it, and what a cold start would cost. */
export function WarmPoolCard({ warm, bucketMs }: { warm: WarmPool; bucketMs: number }) {
  const said = (
    <p>
      <span class="tag">{warm.code}</span> {warm.reason}
    </p>
  )
  return (
    <Card title="Warm workers" aside={<ModeTag warm={warm} />}>
      {said}
      {warm.free !== undefined && <PoolFacts warm={warm} bucketMs={bucketMs} />}
    </Card>
  )
}

function PoolFacts({ warm, bucketMs }: { warm: WarmPool; bucketMs: number }) {
  const {
    mode,
    target,
    ordered = target,
    free,
    tau,
    warmUpMs,
    measured,
    aheadBuckets,
    coldStarts,
    warmStarts,
    trial,
  } = warm
  const facts: [string, string][] = [
    ...(mode === 'live' ? [] : [['ordered', `${ordered}; ${free} free now`] as [string, string]]),
    mode === 'live'
      ? ['target', `${target}, enough ${percentText(tau)} of the time; ${free} free now`]
      : ['by forecast', `${target}, enough ${percentText(tau)} of the time`],
    ['a cold start', `${durationText(warmUpMs)}${measured ? '' : ' (a guess)'}`],
    ['an order counts', `${durationText(aheadBuckets * bucketMs)} ahead`],
    ['so far', `${plural(coldStarts, 'cold start')}, ${plural(warmStarts, 'warm one')}`],
    ['judged', `${trial.buckets} of ${trial.bucketsNeeded} buckets`],
    ['of them busy', `${trial.busyBuckets} of ${trial.busyBucketsNeeded}`],
    ['cost', `${trial.forecastCost.toFixed(1)} by forecast, ${trial.lastUsedCost.toFixed(1)} by last use`],
    ...(warm.executorCode === '' ? [] : [['executor', executorText(warm)] as [string, string]]),
  ]
  return (
    <dl class="facts">
      {facts.map(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name}=`}>{value}</dd>])}
    </dl>
  )
}

function executorText({ executorCode, executorDetail }: WarmPool): string {
  return executorDetail ? `${executorCode}: ${executorDetail}` : executorCode
}
