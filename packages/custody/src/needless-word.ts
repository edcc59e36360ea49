import { isUnendable, type PeerId } from '@souk/wire'
import type { CustodianEffect } from './custodian-io.ts'
import type { Entry } from './entry.ts'

/**
 * Others say that these custodians keep the task. If enough of them are left, a person's word that gave up what removed ones
 * knew was needless: it is forgotten, whoever gave it is told, and the task goes on.
 */
export function forgetNeedlessWord(
  entry: Entry,
  custodians: readonly PeerId[],
  removed: (peer: PeerId) => boolean,
  out: CustodianEffect[],
): void {
  if (!entry.givenUp || isUnendable(custodians, removed)) return
  entry.givenUp = false
  entry.ending = undefined
  const task = entry.record.id
  for (const { peer, ask } of entry.cancellers)
    out.push({ type: 'send', to: peer, message: { t: 'cancelled', ask, task, answer: 'endable' } })
  entry.cancellers = []
}
