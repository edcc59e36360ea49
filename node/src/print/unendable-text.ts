import type { TaskDetail } from '@souk/client'
import type { PeerNames } from '../peer-names.ts'
import { shortTask } from './amount-text.ts'
import type { Colours } from './colours.ts'
import { indent } from './table.ts'

/** Why a task waits for ever, and what helps; nothing for any other. */
export function unendableText(detail: TaskDetail, names: PeerNames, colours: Colours): string {
  const { unendable, custodians } = detail
  if (unendable === undefined) return ''
  const [gone, all] = [unendable.removed.length, custodians.length]
  const who = unendable.removed.map((peer) => names(peer)).join(', ')
  const of = all === 1 ? `the only peer that kept it, ${who}, was` : `${gone} of its ${all} custodians (${who}) were`
  const lines = [
    `${of} removed from the mesh (souk remove): most of just these would have to agree to any end, and to others in their place`,
    'a mere cancel does not end it either; a run of it stops as its lease runs out, within three seconds, and no other begins',
  ]
  const helps = [
    ...(all === 1
      ? []
      : [`souk cancel --unendable ${shortTask(detail.id)} ends it as cancelled: those that are left decide alone`]),
    'submit it again, under another key if it had one: the same key may lead back here',
    'whether it had run to its end nobody can tell any more: look at what it does outside of the mesh first',
  ]
  return [
    `${colours.bold(colours.red('it can never end'))}\n${indent(lines.join('\n'))}`,
    `${colours.bold('what helps')}\n${indent(helps.join('\n'))}`,
  ].join('\n\n')
}
