import type { PeerId } from '@souk/wire'
import { isUnendable } from '@souk/wire'
import type { CustodianEffect } from './custodian-io.ts'
import type { Entry } from './entry.ts'

/**
 * Others say that these custodians keep the task. If enough of them are left, there is nothing to give up: the word is forgotten,
 * whoever gave it is told, and the task goes on. True: there was a word, and it is forgotten now.
 */
export function forgetNeedlessWord(
  entry: Entry,
  custodians: readonly PeerId[],
  removed: (peer: PeerId) => boolean,
  out: CustodianEffect[],
): boolean {
  const { word } = entry
  if (!word || isUnendable(custodians, removed)) return false
  entry.word = undefined
  const task = entry.record.id
  for (const { peer, ask } of word.askers)
    out.push({ type: 'send', to: peer, message: { t: 'cancelled', ask, task, answer: 'endable' } })
  return true
}
