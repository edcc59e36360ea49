import type { TaskDetail } from '@souk/client'
import type { Decision } from '@souk/wire'
import type { PeerNames } from '../peer-names.ts'
import { durationText } from './amount-text.ts'
import type { Colours } from './colours.ts'
import { outcomeLine } from './outcome-text.ts'
import { helpFor, refusalText } from './refusal-text.ts'
import { pairs, table } from './table.ts'

/** As they stand in the details of a timeline. */
const peerIds = /\b12D3Koo[1-9A-HJ-NP-Za-km-z]{40,}\b/g

/** Everything on why a task is where it is, for people. */
export function explainText(detail: TaskDetail, names: PeerNames, colours: Colours): string {
  const decision = detail.decision as Decision | undefined
  const parts = [
    headText(detail, names, colours),
    decision === undefined ? 'no decision is recorded yet' : decisionText(decision, names, colours),
    attemptsText(detail, names, colours),
    timelineText(detail, names, colours),
  ]
  if (decision !== undefined && detail.outcome === undefined && detail.state === 'waiting') {
    const help = helpFor(decision)
    if (help.length > 0) parts.push(`${colours.bold('what would help')}\n  ${help.join('\n  ')}`)
  }
  return parts.filter((part) => part !== '').join('\n\n')
}

function headText(detail: TaskDetail, names: PeerNames, colours: Colours): string {
  const end = detail.outcome
  const state = end === undefined ? detail.state : outcomeLine(end, end.host && names(end.host), colours)
  return `${colours.bold(detail.id)}  ${state}\n${pairs([
    ['submitted', `${detail.submittedAt} to ${names(detail.origin)}`],
    ['kept by', detail.custodians.map(names).join(', ')],
    ...(detail.bearer === undefined ? [] : [['borne by', names(detail.bearer)] as [string, string]]),
  ])}`
}

const how: Record<Decision['how'], string> = {
  local: 'run where it was submitted: it fits there with no wait, so nobody was asked',
  auction: 'placed by auction',
  wanted: 'handed to a host that had room and asked for work',
  waiting: 'waiting: no host can start it now',
  unplaceable: 'no host can ever run it as it stands',
}

function decisionText(decision: Decision, names: PeerNames, colours: Colours): string {
  const winner = decision.winner === undefined ? '' : ` on ${colours.green(names(decision.winner))}`
  const facts = [
    `decided by ${names(decision.by)} in ${durationText(decision.decisionMs)} (auction ${durationText(decision.auctionMs)}, closed: ${decision.closed})`,
    `${decision.candidates} candidates, ${decision.asked} asked, ${decision.bidsTotal} bids`,
    ...(decision.bidsTotal > 1 ? [`margin ${number(decision.margin)} over the next bid`] : []),
    ...(decision.reason === '' ? [] : [`reason: ${decision.reason}`]),
  ]
  const lines = [`${colours.bold(how[decision.how])}${winner}`, ...facts.map((fact) => `  ${fact}`)]
  if (decision.bids.length > 0) lines.push('', indent(bidsTable(decision, names, colours)))
  const weights = Object.entries(decision.weights)
  if (weights.length > 0) lines.push(`  weights: ${weights.map(([k, v]) => `${k} ${number(v)}`).join(', ')}`)
  for (const { peer, refusal } of decision.refused) lines.push(`  ${names(peer)} ${refusalText(refusal)}`)
  const shown = new Map<string, number>()
  for (const { refusal } of decision.refused) shown.set(refusal.code, (shown.get(refusal.code) ?? 0) + 1)
  for (const [code, count] of Object.entries(decision.refusals)) {
    const more = count - (shown.get(code) ?? 0)
    if (more > 0) lines.push(`  ${more} more: ${code}`)
  }
  return lines.join('\n')
}

function bidsTable(decision: Decision, names: PeerNames, colours: Colours): string {
  return table(
    [
      { title: 'bid of' },
      { title: 'takes', align: 'right' },
      { title: 'starts in', align: 'right' },
      { title: 'done in p50', align: 'right' },
      { title: 'p90', align: 'right' },
      { title: 'frag', align: 'right' },
      { title: 'warm' },
      { title: 'answered', align: 'right' },
      { title: 'score', align: 'right' },
    ],
    decision.bids.map(({ peer, terms, score, afterMs }) => [
      peer === decision.winner ? colours.green(names(peer)) : names(peer),
      String(terms.count),
      durationText(terms.startMs),
      durationText(terms.finishMs.p50),
      durationText(terms.finishMs.p90),
      number(terms.fragMilli / 1000),
      terms.warm ? 'yes' : 'no',
      durationText(afterMs),
      number(score),
    ]),
    colours.dim,
  )
}

function attemptsText(detail: TaskDetail, names: PeerNames, colours: Colours): string {
  if (detail.attempts.length === 0) return ''
  const lines = detail.attempts.map((a) => `  ${names(a.host)}: ${a.message || a.code}`)
  return `${colours.bold('runs that did not become the outcome')}\n${lines.join('\n')}`
}

function timelineText(detail: TaskDetail, names: PeerNames, colours: Colours): string {
  if (detail.timeline.length === 0) return ''
  const start = Date.parse(detail.timeline[0]!.at)
  const rows = detail.timeline.map((event) => [
    `+${durationText(Math.max(0, Date.parse(event.at) - start))}`,
    names(event.peer),
    event.event,
    event.detail.replace(peerIds, (id) => names(id)),
  ])
  const columns = [{ title: 'when', align: 'right' as const }, { title: 'peer' }, { title: 'what' }, { title: '' }]
  return `${colours.bold('timeline')} from ${detail.timeline[0]!.at}\n${indent(table(columns, rows, colours.dim))}`
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
}

function number(value: number): string {
  return String(Math.round(value * 1000) / 1000)
}
