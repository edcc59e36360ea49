import type { Placement } from '@souk/wire'
import type { PeerNames } from '../peer-names.ts'
import { countText, durationText } from './amount-text.ts'
import { number } from './bids-table.ts'
import type { Colours } from './colours.ts'
import { table } from './table.ts'

/** The places that a task had before its last one: when it got each, by whom and why. `fromMs`: when it was submitted. */
export function earlierText(
  places: readonly Placement[],
  fromMs: number,
  names: PeerNames,
  { dim }: Pick<Colours, 'dim'>,
): string {
  const columns = [{ title: 'after', align: 'right' as const }, { title: 'on' }, { title: 'by' }, { title: 'why' }]
  const rows = places.map(({ wallMs, winner, by, how, bidsTotal, margin, reason }) => [
    `+${durationText(Math.max(0, wallMs - fromMs))}`,
    names(winner),
    names(by),
    `${how}: ${how === 'auction' ? `best of ${countText(bidsTotal, 'bid')}, by ${number(margin)}` : reason}`,
  ])
  return table(columns, rows, dim)
}
