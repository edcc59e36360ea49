import type { AppliedPlan } from '@souk/client'
import type { PeerNames } from '../peer-names.ts'
import { countText, durationText } from './amount-text.ts'
import type { Colours } from './colours.ts'
import { waitText } from './moves-text.ts'
import { indent, table } from './table.ts'
import { visibleData } from './visible.ts'

/** What was carried out, and beside what was predicted what came of it. */
export function appliedText(shown: AppliedPlan, names: PeerNames, colours: Colours, agoMs: number): string {
  const { moves, predicted, real } = visibleData(shown)
  const handed = moves.reduce((sum, move) => sum + move.handed, 0)
  const ago = agoMs < 1_000 ? '' : `, ${durationText(agoMs)} ago`
  if (moves.length === 0) return `${colours.bold(`carried out${ago}`)}: nothing was to be moved`
  const rows = moves.map(({ class: name, from, to, count, handed: went, left, code }) => [
    `${went} of ${count}`,
    name,
    names(from),
    names(to),
    code,
    left.map((each) => `${each.count} ${each.code}`).join(', ') || '-',
  ])
  const titles = ['class', 'from', 'to', 'why', 'stayed'].map((title) => ({ title }))
  const wait =
    real.started === 0 ? '-' : `mean ${durationText(real.meanMs)}, p95 ${durationText(real.p95Ms)} of ${real.started}`
  const effects = [
    ['if nothing had moved', waitText(predicted.before)],
    ['predicted', waitText(predicted.after)],
    ['real', real.waiting === 0 ? wait : `${wait} (${real.waiting} not begun)`],
  ]
  const head = `${colours.bold(`carried out${ago}`)}: ${countText(handed, 'task')} handed over`
  const waits = table([{ title: 'of those that were to move' }, { title: 'wait from then on' }], effects, colours.dim)
  return `${head}\n${indent(table([{ title: 'tasks', align: 'right' }, ...titles], rows, colours.dim))}\n${indent(waits)}`
}
