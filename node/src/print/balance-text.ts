import type { Balance } from '@souk/client'
import type { PeerNames } from '../peer-names.ts'
import { countText, durationText } from './amount-text.ts'
import type { Colours } from './colours.ts'
import { pairs, table } from './table.ts'
import { visibleData } from './visible.ts'

/** opportunities that are written out; --json has them all */
const shownMax = 8

/** How work is spread, for people. */
export function balanceText(shown: Balance, names: PeerNames, colours: Colours): string {
  const seen = visibleData(shown)
  const { strategy, code, reason } = seen.strategy
  const chosen = strategy === 'none' ? colours.green(strategy) : colours.yellow(strategy)
  const rest = [
    ...seen.opportunities.slice(0, shownMax).map((one) => opportunityText(one, names)),
    ...(seen.opportunities.length > shownMax ? [`and ${seen.opportunities.length - shownMax} more`] : []),
  ]
  const rows: [string, string][] = [
    ['imbalance', imbalanceText(seen.imbalance)],
    [
      'bottleneck',
      seen.bottlenecks.map(bottleneckText).join('\n              ') || 'none: nothing that waits lacks room',
    ],
    ['strategy', `${chosen} (${code}): ${reason}`],
    ...(rest.length === 0 ? [] : [['could move', rest.join('\n              ')] as [string, string]]),
    ...(seen.missing.length === 0 ? [] : [['no answer', seen.missing.map(names).join(', ')] as [string, string]]),
    ...(seen.truncated ? [['note', 'there are more tasks than are looked at'] as [string, string]] : []),
  ]
  const head = `${countText(seen.waiting, 'task')} waiting; utilisation over the last ${durationText(seen.windowMs)}`
  return `${colours.bold(head)}\n${hostsTable(seen, names, colours)}\n${pairs(rows)}`
}

function hostsTable({ hosts }: Balance, names: PeerNames, colours: Colours): string {
  const resources = [...new Set(hosts.flatMap(({ utilisation }) => utilisation.map(({ resource }) => resource)))]
  const columns = ['running', 'waiting', ...resources].map((title) => ({ title, align: 'right' as const }))
  const rows = hosts.map(({ peer, draining, running, waiting, utilisation }) => [
    `${names(peer)}${draining ? colours.yellow(' (drains)') : ''}`,
    String(running),
    String(waiting),
    ...resources.map((resource) => {
      const use = utilisation.find((each) => each.resource === resource)
      return use ? percent(use.share) : '-'
    }),
  ])
  return table([{ title: 'peer' }, ...columns], rows, colours.dim)
}

function imbalanceText({ hosts, cv, maxOverMean, cvFloor }: Balance['imbalance']): string {
  if (cv === 0) return `none among ${countText(hosts, 'host')}`
  const floor = `at least ${percent(cvFloor)} with whole slots`
  return `CV ${percent(cv)} (${floor}), the fullest has ${maxOverMean.toFixed(2)} times the mean, of ${countText(hosts, 'host')}`
}

function bottleneckText({ resource, tasks, share, hosts }: Balance['bottlenecks'][number]): string {
  return `${resource}: ${percent(share)} of what lacks room (${countText(Math.round(tasks), 'task')}), at ${countText(hosts, 'host')}`
}

function opportunityText(
  { class: name, from, to, count, bound }: Balance['opportunities'][number],
  names: PeerNames,
): string {
  return `${count} of ${name} from ${names(from)}${bound ? "'s queue" : ''} to ${names(to)}`
}

const percent = (share: number): string => `${Math.round(share * 100)} %`
