import type { Replay } from '@souk/market'
import type { Decision } from '@souk/wire'
import type { PeerNames } from '../peer-names.ts'
import { countText } from './amount-text.ts'
import { bidsTable, number } from './bids-table.ts'
import type { Colours } from './colours.ts'
import { indent } from './table.ts'

/** What other weights would have made of the same bids. */
export function replayText(
  decision: Pick<Decision, 'bidsTotal' | 'winner'>,
  again: Replay,
  names: PeerNames,
  colours: Colours,
): string {
  const weights = Object.entries(again.weights)
    .filter(([, weight]) => weight !== 0)
    .map(([name, weight]) => `${name} ${number(weight)}`)
  const head = `${colours.bold('with other weights')}: ${weights.join(', ') || 'none'}`
  const { bids } = again
  if (bids.length === 0) return `${head}\n  no bids were kept of this decision, so nothing can be weighed again`
  const parts = [
    indent(bidsTable({ bids, weights: again.weights, winner: again.winner }, names, colours)),
    `  ${verdict(decision, again, names)}`,
  ]
  const unseen = decision.bidsTotal - bids.length
  if (unseen > 0) parts.push(`  ${countText(unseen, 'more bid')} not kept: one of those might have done better`)
  return `${head}\n${parts.join('\n')}`
}

function verdict({ winner }: Pick<Decision, 'winner'>, again: Replay, names: PeerNames): string {
  if (again.winner === undefined) return 'no bid could start at once, so it would have waited all the same'
  const by = again.margin > 0 ? `, by ${number(again.margin)}` : ''
  if (!again.changed) return `it would have gone to ${names(again.winner)} all the same${by}`
  return `it would have gone to ${names(again.winner)}${by}, and not to ${names(winner)}`
}
