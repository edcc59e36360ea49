import type { Status } from '@souk/client'
import { countText } from './amount-text.ts'

/** By whom tasks that are submitted here are kept, and what that means where it is less than a person may expect. */
export function keepingLines({ members, keepers, custodians, here, heardFromMajority }: Status['keeping']): string[] {
  if (keepers === 0) return ['the peer that they are submitted to: none keeps custody (all are --no-custody or submit)']
  const lines = [`${custodians} of ${countText(keepers, 'peer')} that ${keepers === 1 ? 'keeps' : 'keep'} custody`]
  if (custodians === 1) lines.push('one: with three peers that keep custody a task survives the loss of one')
  else if (here && !heardFromMajority) {
    lines.push(
      `it does not vote until it has heard from a majority of members (${Math.floor(members / 2) + 1} of ${members})`,
    )
  }
  return lines
}
