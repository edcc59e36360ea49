import type { Decision } from '@souk/wire'
import type { PeerNames } from '../peer-names.ts'
import { countText, durationText } from './amount-text.ts'
import type { Colours } from './colours.ts'
import { refusalsText } from './refusal-text.ts'
import { indent, table } from './table.ts'

/** How and why a task was placed where it is: who bid what, who refused, and what decided. */
export function decisionText(decision: Decision, names: PeerNames, colours: Colours): string {
  const { bids, bidsTotal, refused } = decision
  const parts = [`${headline(decision, names, colours)}\n${indent(factsText(decision, names))}`]
  if (bids.length > 0) {
    const more = bidsTotal > bids.length ? `\n${countText(bidsTotal - bids.length, 'more bid')}` : ''
    parts.push(indent(`${bidsTable(decision, names, colours)}${more}\n${scoreText(decision)}`))
  }
  if (refused.length > 0 || Object.keys(decision.refusals).length > 0)
    parts.push(`  ${colours.bold('refused')}\n${refusalsText(decision, names)}`)
  return parts.join('\n\n')
}

function headline({ how, by, reason, winner }: Decision, names: PeerNames, colours: Colours): string {
  const where = winner === undefined ? '' : ` on ${colours.green(names(winner))}`
  switch (how) {
    case 'local':
      return `${colours.bold('placed where it was submitted')}${where}: ${reason}, so nobody else was asked`
    case 'load-stamp':
      return `${colours.bold('placed without asking')}${where}: ${reason}`
    case 'auction':
      return `${colours.bold('placed by auction')}${where}: ${reason}`
    case 'wanted':
      return `${colours.bold('placed when a host had room')}${where}: it waited with ${names(by)} until then`
    case 'waiting':
      return `${colours.bold('waiting')}: ${reason}`
    case 'unplaceable':
      return `${colours.bold('waiting, and no host can ever run it as it stands')}: ${reason}`
  }
}

const closings: Record<Decision['closed'], string> = {
  'all-in': ', when all had answered',
  'good-enough': ', as soon as waiting longer could gain nothing',
  timeout: ', when the time for answers was up',
  none: '',
}

function factsText(decision: Decision, names: PeerNames): string {
  const { how, by, decisionMs, auctionMs, candidates, asked, bidsTotal, closed } = decision
  if (asked === 0 && how !== 'wanted') return `decided by ${names(by)}`
  const waited = decisionMs - auctionMs >= 1 ? `; it had waited ${durationText(decisionMs - auctionMs)} for room` : ''
  if (asked === 0) return `decided by ${names(by)}${waited}`
  const spent = `decided by ${names(by)} in ${durationText(auctionMs)}${closings[closed]}${waited}`
  return `${spent}\n${asked} of ${countText(candidates, 'candidate')} asked, ${countText(bidsTotal, 'bid')}`
}

function bidsTable({ bids, winner }: Decision, names: PeerNames, colours: Colours): string {
  return table(
    [
      { title: 'bid of' },
      { title: 'starts in', align: 'right' },
      { title: 'fragments', align: 'right' },
      { title: 'price/h', align: 'right' },
      { title: 'score', align: 'right' },
      { title: 'takes', align: 'right' },
      { title: 'done in p50', align: 'right' },
      { title: 'p90', align: 'right' },
      { title: 'warm' },
      { title: 'answered in', align: 'right' },
    ],
    bids.map(({ peer, terms, score, afterMs }) => [
      peer === winner ? colours.green(names(peer)) : names(peer),
      terms.startMs === 0 ? 'at once' : durationText(terms.startMs),
      (terms.fragMilli / 1000).toFixed(2),
      number(terms.priceMilli / 1000),
      number(score),
      String(terms.count),
      terms.late ? `${estimate(terms.finishMs.p50)}, too late` : estimate(terms.finishMs.p50),
      estimate(terms.finishMs.p90),
      terms.warm ? 'yes' : 'no',
      durationText(afterMs),
    ]),
    colours.dim,
  )
}

/** A host that never ran such a task has no estimate. */
function estimate(ms: number): string {
  return ms === 0 ? '-' : durationText(ms)
}

function scoreText({ weights, margin, bidsTotal }: Decision): string {
  const named = Object.entries(weights).map(([name, weight]) => `${name} ${number(weight)}`)
  const by = bidsTotal < 2 ? '' : margin === 0 ? '; two were equal, so chance chose' : `, here by ${number(margin)}`
  return `weights: ${named.join(', ')}; the lowest score wins${by}`
}

function number(value: number): string {
  return String(Math.round(value * 1000) / 1000)
}
