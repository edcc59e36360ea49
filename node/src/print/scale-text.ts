import type { Scale, ScaleEntry, ScalePlan } from '@souk/client'
import { countText, durationText } from './amount-text.ts'
import type { Colours } from './colours.ts'
import { pairs, table } from './table.ts'
import { timeText } from './time-text.ts'
import { visibleData } from './visible.ts'

/** Why a peer that has a scaler starts nobody. */
export const unableText = 'this peer is no admin of the mesh (any more), so it can invite no peers'

/** What would be done now about the capacity of the mesh, and why. */
export function scalePlanText(seen: Scale, names: (peer: string) => string, colours: Colours): string {
  const { scalers, here } = visibleData(seen)
  const who = scalers.map(({ peer, kind, acts }) => `${names(peer)} (${kind}${acts ? ', acts' : ''})`)
  if (here === undefined) {
    const others = who.length === 0 ? 'no peer can: souk up --scale local:max=3' : `ask one that can: ${who.join(', ')}`
    return `this peer can start no others; ${others}`
  }
  const facts = pairs([
    ['decision', `${actionText(here, colours)}: ${here.reason}`],
    [
      'slots',
      `${amount(here.needed)} needed of ${here.slots}${here.comingSlots > 0 ? `, ${here.comingSlots} on their way` : ''}`,
    ],
    [
      'foretold',
      `${amount(here.soon)} once a new peer would be there (${durationText(here.startMs)}), ${amount(here.later)} as long again after`,
    ],
    [
      'started',
      `${countText(here.grown, 'peer')} of ${here.peersMax} at most, ${here.slotsPerPeer} slots each; ${here.startsLeft} more in this hour`,
    ],
    ['acts', `${here.automatic ? 'by itself' : 'on souk scale apply alone'}; ${who.join(', ') || 'nobody'}`],
  ])
  return here.classes.length === 0 ? facts : `${facts}\n\n${classesText(here, colours)}`
}

/** What all peers together have and expect of each class. */
function classesText({ classes, startMs }: ScalePlan, colours: Colours): string {
  const heads = ['peers', 'now', 'a second', 'takes', `in ${durationText(startMs)}`, `in ${durationText(2 * startMs)}`]
  const columns = [{ title: 'class' }, ...heads.map((title) => ({ title, align: 'right' as const }))]
  const rows = classes.map((each) => [
    each.class,
    String(each.peers),
    amount(each.present),
    each.perSecond === undefined ? '-' : String(Number(each.perSecond.toPrecision(2))),
    each.runMs === undefined ? '-' : durationText(each.runMs),
    amount(each.soon),
    amount(each.later),
  ])
  return table(columns, rows, colours.dim)
}

export function scaleLogText({ at, here }: Scale, colours: Colours): string {
  const log = visibleData(here?.log ?? [])
  if (log.length === 0) return 'nothing was started or ended yet'
  const columns = ['when', 'what', 'why', 'took', 'so it was'].map((title) => ({ title }))
  return table(
    columns,
    log.map((entry) => [
      timeText(Date.parse(entry.at), Date.parse(at), 'second'),
      ...[entry.kind, entry.why, tookText(entry), judgementText(entry, colours)],
    ]),
    colours.dim,
  )
}

function actionText({ action, peers }: ScalePlan, colours: Colours): string {
  if (action === 'grow') return colours.green(`grow by ${countText(peers, 'peer')}`)
  return action === 'shrink' ? colours.yellow('shrink by one') : 'stay'
}

function tookText({ tookMs }: ScaleEntry): string {
  return tookMs === undefined ? '-' : durationText(tookMs)
}

function judgementText({ judgement, state, code }: ScaleEntry, colours: Colours): string {
  if (judgement === undefined) return colours.dim(state)
  if (judgement === 'failed') return colours.red(`failed: ${code}`)
  return judgement === 'right' ? colours.green(judgement) : colours.yellow(judgement)
}

function amount(value: number | undefined): string {
  return value === undefined ? '-' : String(Math.round(value * 10) / 10)
}
