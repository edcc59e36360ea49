import type { Analysis, AnalysisGroup, Conflict, Contention, ResourceDemand } from '@souk/client'
import type { PeerNames } from '../peer-names.ts'
import { bytesText, countText, durationText, shortTask } from './amount-text.ts'
import type { Colours } from './colours.ts'
import { sparkline } from './sparkline.ts'
import { indent, table } from './table.ts'
import { visibleData } from './visible.ts'

interface Style {
  colours: Colours
  /** arrivals as bars; numbers where it is no terminal */
  bars: boolean
}

/** An analysis for people. */
export function analysisText(shown: Analysis, names: PeerNames, { colours, bars }: Style): string {
  const seen = visibleData(shown)
  const whose = seen.peer === undefined ? 'the mesh' : names(seen.peer)
  const head = `${colours.bold(whose)}  ${countText(seen.tasks, 'task')} of the last ${durationText(seen.windowMs)}, or open`
  if (seen.tasks === 0) return `${head}\n  nothing to look at; a larger --window looks further back`
  const section = (title: string, text: string): string => `${colours.bold(title)}\n${indent(text)}`
  return [
    head,
    section('by class', groupTable(seen.byClass, colours)),
    section('by executor', groupTable(seen.byExecutor, colours)),
    section('by tenant', groupTable(seen.byTenant, colours)),
    section('by priority', groupTable(seen.byPriority, colours)),
    section('demand', demandTable(seen.demand, colours)),
    section('arrivals', arrivalsText(seen, bars)),
    ...(seen.waits.length === 0 ? [] : [section('waiting times', waitsTable(seen, colours))]),
    section('conflicts', seen.conflicts.map((conflict) => conflictText(conflict, names)).join('\n') || 'none'),
  ].join('\n\n')
}

const right = 'right' as const

function groupTable(groups: readonly AnalysisGroup[], colours: Colours): string {
  const columns = [{ title: '' }, ...['tasks', 'waiting', 'running', 'ok', 'other ends'].map(numberColumn)]
  const rows = groups.map((group) => [
    group.name === '' ? '(none)' : group.name,
    ...[group.tasks, group.waiting, group.running, group.succeeded, group.endedOtherwise].map(String),
  ])
  return table(columns, rows, colours.dim)
}

const numberColumn = (title: string) => ({ title, align: right })

function demandTable(demand: readonly ResourceDemand[], colours: Colours): string {
  const columns = [{ title: 'resource' }, ...['asked', 'running', 'waiting', 'of'].map(numberColumn)]
  const rows = demand.map(({ resource, askedSeconds, running, waiting, capacity }) => [
    resource,
    `${amountText(resource, askedSeconds)}·s`,
    ...[running, waiting, capacity].map((amount) => amountText(resource, amount)),
  ])
  return table(columns, rows, colours.dim)
}

function amountText(resource: string, amount: number): string {
  if (resource === 'memory' || resource === 'disk') return bytesText(amount)
  const text = String(Math.round(amount * 100) / 100)
  return resource === 'network' ? `${text} Mb/s` : text
}

function arrivalsText({ arrivals, at }: Analysis, bars: boolean): string {
  const { counts, bucketMs, peak, mean, from } = arrivals
  const line = bars ? `▕${sparkline(counts)}▏` : counts.join(' ')
  const each = `each ${durationText(bucketMs)}: ${Math.round(mean * 10) / 10} in the mean, ${peak} at the peak`
  return `${line}\n${from.slice(0, 16)} to ${at.slice(0, 16)}, ${each}`
}

function waitsTable({ waits }: Analysis, colours: Colours): string {
  const columns = [{ title: 'class' }, ...['began', 'p50', 'p95', 'waiting', 'longest'].map(numberColumn)]
  const rows = waits.map((line) => [
    line.class,
    String(line.began),
    ...(line.began === 0 ? ['-', '-'] : [durationText(line.p50Ms), durationText(line.p95Ms)]),
    String(line.waiting),
    line.waiting === 0 ? '-' : durationText(line.longestMs),
  ])
  return table(columns, rows, colours.dim)
}

function conflictText(conflict: Conflict, names: PeerNames): string {
  const { waiting, class: like, tenant, ids, longestMs, priority, fullHosts, unfitHosts, roomyHosts, at } = conflict
  const whose = tenant === '' ? '' : ` of ${tenant}`
  const hosts = [`${fullHosts} full`]
  if (roomyHosts > 0) hosts.push(`${roomyHosts} with room`)
  if (unfitHosts > 0) hosts.push(`${unfitHosts} that cannot run it`)
  const shown = ids.map(shortTask).join(', ')
  const head = `${countText(waiting, 'task')} ${like}${whose} (${priority}; ${shown}) up to ${durationText(longestMs)}; hosts: ${hosts.join(', ')}`
  return [head, ...at.map((one) => `  ${contentionText(one, names)}`)].join('\n')
}

function contentionText({ peer, resource, available, needed, holders }: Contention, names: PeerNames): string {
  const amount = (value: number): string => amountText(resource, value)
  const held = holders.map(
    ({ tenant, class: like, tasks, amount: has, ids }) =>
      `${tenant === '' ? '' : `${tenant}'s `}${like} has ${amount(has)} (${countText(tasks, 'task')}: ${ids.map(shortTask).join(', ')})`,
  )
  const whom = held.length === 0 ? 'nothing of ours has it' : held.join('; ')
  return `${names(peer)}: ${resource} ${amount(Math.max(0, available))} of ${amount(needed)} needed; ${whom}`
}
