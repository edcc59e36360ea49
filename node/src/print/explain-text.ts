import type { TaskDetail } from '@souk/client'
import type { Decision } from '@souk/wire'
import type { PeerNames } from '../peer-names.ts'
import { durationText } from './amount-text.ts'
import { askedText } from './asked-text.ts'
import type { Colours } from './colours.ts'
import { decisionText } from './decision-text.ts'
import { earlierText } from './earlier-text.ts'
import { helpLines } from './help-text.ts'
import { predictionText } from './prediction-text.ts'
import { helpFor } from './refusal-text.ts'
import { sinceText } from './since-text.ts'
import { straggleText } from './straggler-text.ts'
import { indent, pairs, table } from './table.ts'
import { taskHeadText } from './task-head-text.ts'
import { unendableText } from './unendable-text.ts'
import { visibleData } from './visible.ts'

/** As they stand in the details of a timeline. */
const peerIds = /\b12D3Koo[1-9A-HJ-NP-Za-km-z]{40,}\b/g

const notDecided = 'not decided yet: it came a moment ago, or waits with others alike until the next look for room'
const neverDecided = 'it ended before a place was chosen for it, or nobody who can be asked knows how one was'

/** Everything on why a task is where it is, for people, at this time. */
export function explainText(shown: TaskDetail, names: PeerNames, colours: Colours, nowMs: number): string {
  const detail = visibleData(shown)
  const decision = detail.decision as Decision | undefined
  const parts = [
    taskHeadText(detail, names, colours),
    unendableText(detail, names, colours),
    askedText(detail, decision),
    ...(decision === undefined
      ? [detail.outcome !== undefined ? neverDecided : detail.unendable ? '' : notDecided]
      : decidedTexts(detail, decision, names, colours, nowMs)),
    straggles(detail, names, colours),
    attemptsText(detail, names, colours),
    timelineText(detail, names, colours),
  ]
  const waits = detail.outcome === undefined && detail.state === 'waiting' && detail.unendable === undefined
  if (decision !== undefined && waits) {
    const help = detail.wouldHelp ? helpLines(detail.wouldHelp, names) : helpFor(decision)
    if (help.length > 0) parts.push(`${colours.bold('what would help')}\n${indent(help.join('\n'))}`)
  }
  return parts.filter((part) => part !== '').join('\n\n')
}

function decidedTexts(
  detail: TaskDetail,
  decision: Decision,
  names: PeerNames,
  colours: Colours,
  nowMs: number,
): string[] {
  const since = sinceText(detail, decision, names)
  const predicted = predictionText(detail, decision)
  return [
    decisionText(decision, { names, colours, origin: detail.origin }, Math.max(0, nowMs - decision.wallMs)),
    earlierTextOf(detail, decision, names, colours),
    since === '' ? '' : `${colours.bold('since then')}: ${since}`,
    predicted === '' ? '' : `${colours.bold('prediction')}\n${indent(predicted)}`,
  ]
}

function earlierTextOf(detail: TaskDetail, { earlier }: Decision, names: PeerNames, colours: Colours): string {
  if (earlier === undefined) return ''
  const text = earlierText(earlier, Date.parse(detail.submittedAt), names, colours)
  return `${colours.bold('places before that')}\n${indent(text)}`
}

function straggles({ straggles: straggler }: TaskDetail, names: PeerNames, colours: Colours): string {
  return straggler ? `${colours.bold('straggles')}: it ${straggleText(straggler)}, on ${names(straggler.host)}` : ''
}

function attemptsText(detail: TaskDetail, names: PeerNames, colours: Colours): string {
  if (detail.attempts.length === 0) return ''
  const rows = detail.attempts.map((a): [string, string] => [names(a.host), a.message || a.code])
  return `${colours.bold('runs that did not become the outcome')}\n${pairs(rows)}`
}

function timelineText(detail: TaskDetail, names: PeerNames, colours: Colours): string {
  const [first] = detail.timeline
  if (first === undefined) return ''
  const start = Math.min(Date.parse(detail.submittedAt), Date.parse(first.at))
  const rows = detail.timeline.map((event) => [
    `+${durationText(Math.max(0, Date.parse(event.at) - start))}`,
    event.event,
    event.detail.replace(peerIds, (id) => names(id)),
    names(event.peer),
  ])
  const columns = [{ title: 'after', align: 'right' as const }, { title: 'what' }, { title: '' }, { title: 'noted by' }]
  return `${colours.bold('timeline')}\n${indent(table(columns, rows, colours.dim))}`
}
