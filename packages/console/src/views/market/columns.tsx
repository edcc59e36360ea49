import { Bar } from '../../parts/bar.tsx'
import { Asking, Empty } from '../../parts/card.tsx'
import { percentText } from '../../text/amounts.ts'
import type { Bucket } from './auctions.ts'

/** A histogram. */
export function Columns({
  buckets,
  textOf,
  nothing,
  asking,
}: {
  buckets: readonly Bucket[]
  /** nobody has answered yet */
  asking: boolean
  textOf: (value: number) => string
  nothing: string
}) {
  if (asking) return <Asking />
  if (buckets.length === 0) return <Empty title={nothing} />
  const most = Math.max(...buckets.map(({ count }) => count))
  return (
    <ol class="histogram">
      {buckets.map(({ below, count }) => (
        <li key={below}>
          <span class="quiet">&lt; {textOf(below)}</span>
          <Bar share={count / most} label={`below ${textOf(below)}`} tone="accent" />
          <span class="number">{count}</span>
        </li>
      ))}
    </ol>
  )
}

const shownMax = 8

/** How often each of these, the most frequent first. */
export function Shares({
  counts,
  nothing,
  asking = false,
}: {
  counts: readonly (readonly [string, number])[]
  nothing: string
  asking?: boolean
}) {
  if (asking) return <Asking />
  if (counts.length === 0) return <Empty title={nothing} />
  const total = counts.reduce((sum, [, count]) => sum + count, 0)
  return (
    <ol class="histogram">
      {counts.slice(0, shownMax).map(([name, count]) => (
        <li key={name}>
          <span>{name}</span>
          <Bar share={count / total} label={name} tone="accent" />
          <span class="number">{percentText(count / total)}</span>
        </li>
      ))}
    </ol>
  )
}
