import type { Balance } from '@souk/client'
import type { PeerNames } from '../peer-names.ts'
import { countText, durationText } from './amount-text.ts'
import { appliedText } from './applied-text.ts'
import type { Colours } from './colours.ts'
import { movesText } from './moves-text.ts'
import { stragglerText } from './straggler-text.ts'
import { pairs, table } from './table.ts'
import { visibleData } from './visible.ts'

/** stragglers in the table; the rest are counted */
const shownMax = 8

/** How work is spread, for people, in lines of `widthMax` as far as that goes. */
export function balanceText(shown: Balance, names: PeerNames, colours: Colours, widthMax = Infinity): string {
  const seen = visibleData(shown)
  const { strategy, code, reason } = seen.strategy
  const chosen = strategy === 'none' ? colours.green(strategy) : colours.yellow(strategy)
  const rows: [string, string][] = [
    ['imbalance', imbalanceText(seen.imbalance)],
    ['bottleneck', bottlenecksText(seen)],
    ['strategy', `${chosen} (${code}): ${reason}`],
    ...stragglerRows(seen, names),
    ['rebalancing', rebalancingText(seen.rebalance)],
    ...(seen.missing.length === 0 ? [] : [['no answer', seen.missing.map(names).join(', ')] as [string, string]]),
    ...(seen.truncated ? [['note', 'there are more tasks than are looked at'] as [string, string]] : []),
  ]
  const head = `${countText(seen.waiting, 'task')} waiting; utilisation over the last ${durationText(seen.windowMs)}`
  const moves = movesText(seen, names, colours, widthMax)
  const spread = `${colours.bold(head)}\n${hostsTable(seen, names, colours, widthMax)}\n${pairs(rows, '  ', widthMax)}`
  const applied = seen.applied
    ? appliedText(seen.applied, names, colours, Date.parse(seen.at) - Date.parse(seen.applied.at))
    : ''
  return [spread, moves, applied].filter((part) => part !== '').join('\n\n')
}

function rebalancingText({ on, movesLastMinute, movesPerMinuteMax }: Balance['rebalance']): string {
  const bound = `this peer moved ${movesLastMinute} in the last minute, at most ${movesPerMinuteMax}`
  return on ? `on: ${bound}` : `off: nothing moves by itself after its first hand-over (${bound})`
}

function hostsTable({ hosts }: Balance, names: PeerNames, colours: Colours, widthMax: number): string {
  const resources = [...new Set(hosts.flatMap(({ utilisation }) => utilisation.map(({ resource }) => resource)))]
  // What is said last of the resources gives way first.
  const columns = ['running', 'waiting', ...resources].map((title, at) => ({
    ...{ title, align: 'right' as const },
    ...(at < 2 ? {} : { yields: at }),
  }))
  const rows = hosts.map(({ peer, draining, pressed, running, waiting, utilisation }) => [
    `${names(peer)}${pressed ? colours.yellow(' (pressed)') : draining ? colours.yellow(' (drains)') : ''}`,
    String(running),
    String(waiting),
    ...resources.map((resource) => {
      const use = utilisation.find((each) => each.resource === resource)
      return use ? percent(use.share) : '-'
    }),
  ])
  return table([{ title: 'peer', yields: 0, least: 8, stays: true }, ...columns], rows, colours.dim, widthMax)
}

function imbalanceText({ hosts, cv, maxOverMean, cvFloor }: Balance['imbalance']): string {
  if (hosts === 0) return 'none: no host takes new work'
  if (cv === 0) return `none among ${countText(hosts, 'host')}`
  const floor = `at least ${percent(cvFloor)} with whole slots`
  return `CV ${percent(cv)} (${floor}), the fullest has ${maxOverMean.toFixed(2)} times the mean, of ${countText(hosts, 'host')}`
}

function bottlenecksText({ bottlenecks, hosts, imbalance, waiting }: Balance): string {
  // Where nobody takes work, no amount of anything is what is missing.
  if (imbalance.hosts === 0 && waiting > 0) return nobodyTakesText(hosts)
  return bottlenecks.map(bottleneckText).join('\n') || 'none: nothing that waits lacks room'
}

function nobodyTakesText(hosts: Balance['hosts']): string {
  if (hosts.length === 0) return 'no host takes work'
  if (hosts.every(({ draining }) => draining)) return 'every host drains: souk undrain lets one take work again'
  if (hosts.some(({ pressed }) => pressed)) return 'no host takes work: souk status says what those under pressure lack'
  return 'no host takes work: give one slots (souk up --offer slots=4)'
}

function bottleneckText({ resource, tasks, share, hosts }: Balance['bottlenecks'][number]): string {
  return `${resource}: ${percent(share)} of what lacks room (${countText(Math.round(tasks), 'task')}), at ${countText(hosts, 'host')}`
}

function stragglerRows({ stragglers }: Balance, names: PeerNames): [string, string][] {
  if (stragglers.length === 0) return []
  const lines = stragglers.slice(0, shownMax).map((each) => `${stragglerText(each)}, on ${names(each.host)}`)
  if (stragglers.length > shownMax) lines.push(`and ${stragglers.length - shownMax} more`)
  return [['straggling', lines.join('\n')]]
}

const percent = (share: number): string => `${Math.round(share * 100)} %`
