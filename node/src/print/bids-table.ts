import type { Decision, PeerId } from '@souk/wire'
import type { PeerNames } from '../peer-names.ts'
import { durationText } from './amount-text.ts'
import type { Colours } from './colours.ts'
import { table } from './table.ts'

/** A line for each bid: what it offers, then each term of its score as it was weighed, then their sum. */
export function bidsTable(
  { bids, winner, weights }: Pick<Decision, 'bids' | 'weights'> & { winner?: PeerId | undefined },
  names: PeerNames,
  colours: Colours,
): string {
  const fetches = bids.some(({ terms: { fetchMs } }) => fetchMs !== undefined)
  const terms = Object.keys(weights).filter((name) => bids.some(({ parts }) => (parts[name] ?? 0) !== 0))
  return table(
    [
      { title: 'bid of' },
      { title: 'starts in', align: 'right' },
      { title: 'done in p50', align: 'right' },
      { title: 'p90', align: 'right' },
      { title: 'takes', align: 'right' },
      { title: 'in use', align: 'right' },
      { title: 'price/h', align: 'right' },
      { title: 'warm' },
      ...(fetches ? [{ title: 'fetches for', align: 'right' as const }] : []),
      { title: 'answered in', align: 'right' },
      ...terms.map((title) => ({ title, align: 'right' as const })),
      { title: 'score', align: 'right' },
    ],
    bids.map(({ peer, terms: offered, parts, score, afterMs }) => [
      peer === winner ? colours.green(names(peer)) : names(peer),
      offered.startMs === 0 ? 'at once' : durationText(offered.startMs),
      offered.late ? `${estimate(offered.finishMs.p50)}, too late` : estimate(offered.finishMs.p50),
      estimate(offered.finishMs.p90),
      String(offered.count),
      `${Math.round(offered.usedMilli / 10)} %`,
      number(offered.priceMilli / 1000),
      offered.warm ? 'yes' : 'no',
      ...(fetches ? [offered.fetchMs === undefined ? 'has it' : durationText(offered.fetchMs)] : []),
      durationText(afterMs),
      ...terms.map((name) => number((weights[name] ?? 0) * (parts[name] ?? 0))),
      number(score),
    ]),
    colours.dim,
  )
}

/** Nobody knows yet how long such a task takes. */
function estimate(ms: number): string {
  return ms === 0 ? '-' : durationText(ms)
}

/** Three digits behind the point at most. */
export function number(value: number): string {
  return String(Math.round(value * 1000) / 1000)
}
