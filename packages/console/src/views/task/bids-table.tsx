import { Bar } from '../../parts/bar.tsx'
import { PeerLink } from '../../parts/links.tsx'
import { durationText, percentText } from '../../text/amounts.ts'
import { type Bid, weighedTerms } from './decision.ts'

const number = (value: number): string => String(Math.round(value * 1000) / 1000)
/** nobody knows yet how long such a task takes: 0 */
const estimate = (ms: number): string => (ms === 0 ? '–' : durationText(ms))

interface BidsTableProps {
  bids: readonly Bid[]
  weights: Record<string, number>
  winner: string | undefined
  /** whose scores these are, for who cannot see where it stands */
  caption: string
}

/** Each bid with its terms and what they add to its score. */
export function BidsTable({ bids, weights, winner, caption }: BidsTableProps) {
  const terms = weighedTerms({ bids, weights })
  const worst = Math.max(...bids.map(({ score }) => score), 0.001)
  return (
    <div class="scroll">
      <table class="bids">
        <caption class="visually-hidden">Bids, {caption}</caption>
        <thead>
          <tr>
            <th scope="col">bid of</th>
            <th scope="col">score</th>
            <th scope="col" class="number">
              starts in
            </th>
            <th scope="col" class="number">
              done in, p50
            </th>
            <th scope="col" class="number">
              p90
            </th>
            <th scope="col" class="number">
              in use
            </th>
            <th scope="col">warm</th>
            {terms.map((term) => (
              <th key={term} scope="col" class="number">
                {term}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {bids.map((bid) => (
            <BidRow key={bid.peer} bid={bid} weights={weights} won={bid.peer === winner} terms={terms} worst={worst} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface BidRowProps {
  bid: Bid
  weights: Record<string, number>
  won: boolean
  terms: readonly string[]
  worst: number
}

function BidRow({ bid: { peer, terms: offered, score, parts }, weights, won, terms, worst }: BidRowProps) {
  return (
    <tr class={won ? 'won' : ''}>
      <th scope="row">
        <PeerLink id={peer} /> {won && <span class="tag good">won</span>}
      </th>
      <td class="with-bar">
        <Bar share={score / worst} label={`score, of the worst one`} tone={won ? 'good' : ''} />
        <span class="number">{number(score)}</span>
      </td>
      <td class="number">{offered.startMs === 0 ? 'at once' : durationText(offered.startMs)}</td>
      <td class="number">
        {offered.late ? `${estimate(offered.finishMs.p50)}, late` : estimate(offered.finishMs.p50)}
      </td>
      <td class="number">{estimate(offered.finishMs.p90)}</td>
      <td class="number">{percentText(offered.usedMilli / 1000)}</td>
      <td>{offered.warm ? 'yes' : 'no'}</td>
      {terms.map((term) => (
        <td key={term} class="number">
          {number((weights[term] ?? 0) * (parts[term] ?? 0))}
        </td>
      ))}
    </tr>
  )
}
