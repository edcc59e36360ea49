import type { ClassForecast, ForecastAccuracy } from '@souk/client'
import { useMemo } from 'preact/hooks'
import { bandsOf, type Foretold } from '../../live/foretold.ts'
import { Card } from '../../parts/card.tsx'
import { NumberHeads } from '../../parts/number-heads.tsx'
import { Scroll } from '../../parts/scroll.tsx'
import { type Line, TimeChart } from '../../parts/time-chart.tsx'
import { durationText } from '../../text/amounts.ts'
import { floorText, quantityText, quantityTitles, shareText } from './quantity-text.ts'
import { WarmPoolCard } from './warm-pool-card.tsx'

type Quantity = ClassForecast['quantities'][number]

/** the others only where there is something to see: few hosts measure what functions use */
const alwaysDrawn = new Set(['starts', 'workers'])

interface ClassDemandProps {
  demand: ClassForecast
  bucketMs: number
  foretold: Foretold
}

/** Of one class: what ran against what was expected, how good that was, and what stands warm. */
export function ClassDemand({ demand, bucketMs, foretold }: ClassDemandProps) {
  const charts = demand.quantities.filter(
    ({ quantity, history }) => alwaysDrawn.has(quantity) || history.some((value) => (value ?? 0) > 0),
  )
  return (
    <div class="columns">
      <Card
        title={demand.class}
        class="wide"
        aside={<span class="quiet">dashed: as foretold while this view was open, and for what comes</span>}
      >
        {charts.map((quantity) => (
          <DemandChart
            key={quantity.quantity}
            quantity={quantity}
            untilMs={Date.parse(demand.until)}
            bucketMs={bucketMs}
            foretold={foretold.of(demand.class, quantity.quantity)}
          />
        ))}
      </Card>
      <div class="stack">
        <WarmPoolCard warm={demand.warm} bucketMs={bucketMs} />
        <Card title="How good forecasts are">
          <AccuracyTable quantities={demand.quantities} bucketMs={bucketMs} />
        </Card>
      </div>
    </div>
  )
}

interface DemandChartProps {
  quantity: Quantity
  untilMs: number
  bucketMs: number
  foretold: ReturnType<Foretold['of']>
}

function DemandChart({ quantity, untilMs, bucketMs, foretold }: DemandChartProps) {
  const name = quantity.quantity
  const { wallMs, lines } = useMemo(() => {
    const bands = bandsOf(quantity, untilMs, bucketMs, foretold)
    const drawn: Line[] = [
      { label: 'high', tone: 'odd', values: bands.high, expected: true },
      { label: 'low', tone: 'odd', values: bands.low, expected: true },
      { label: 'expected', tone: 'accent', values: bands.point, expected: true },
      { label: 'actual', tone: 'run', values: bands.actual },
    ]
    return { wallMs: bands.wallMs, lines: drawn }
  }, [quantity, untilMs, bucketMs, foretold])
  return (
    <figure>
      <figcaption class="quiet">{quantityTitles[name]}</figcaption>
      <TimeChart
        wallMs={wallMs}
        lines={lines}
        band={['high', 'low']}
        height={130}
        textOf={(value) => quantityText(name, value)}
        label={`${quantityTitles[name]}: what was, and the band within which 90 % were expected`}
      />
    </figure>
  )
}

const heads = ['ahead', 'expected', '90 % within', 'accuracy', 'best', 'in band']

function AccuracyTable({ quantities, bucketMs }: { quantities: readonly Quantity[]; bucketMs: number }) {
  const rows = quantities.flatMap(({ quantity, ahead, accuracy }) =>
    ahead.map((one) => {
      const good: Partial<ForecastAccuracy> = accuracy.find(({ buckets }) => buckets === one.buckets) ?? {}
      return { quantity, one, good }
    }),
  )
  if (rows.length === 0) return <p class="quiet">Nothing is foretold yet: it takes six buckets of demand.</p>
  return (
    <Scroll label="Accuracy by quantity and time ahead">
      <table class="tight">
        <NumberHeads first="of" heads={heads} />
        <tbody>
          {rows.map(({ quantity, one, good }) => (
            <tr key={`${quantity} ${one.buckets}`}>
              <th scope="row">{quantityTitles[quantity]}</th>
              <td class="number">{durationText(one.buckets * bucketMs)}</td>
              <td class="number">{quantityText(quantity, one.point)}</td>
              <td class="number">
                {quantityText(quantity, one.low)} to {quantityText(quantity, one.high)}
              </td>
              <td class="number">{shareText(good.accuracy)}</td>
              <td class="number">{floorText(good)}</td>
              <td class="number">{shareText(good.coverage)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}
