import type { Decision } from '@souk/wire'
import type { PeerNames } from '../peer-names.ts'
import { countText, durationText } from './amount-text.ts'
import { bidsTable, number } from './bids-table.ts'
import type { Colours } from './colours.ts'
import { reasonLines } from './reason-text.ts'
import { refusalsText } from './refusal-text.ts'
import { indent } from './table.ts'

/** How a decision is shown; `origin`: where the task was submitted. */
interface Shown {
  names: PeerNames
  colours: Colours
  origin: string
}

/** How and why a task was placed where it is, `agoMs` ago: who bid what, who refused, and what decided. */
export function decisionText(decision: Decision, shown: Shown, agoMs: number): string {
  const { names, colours } = shown
  const { bids, bidsTotal, refused } = decision
  const facts = [...moveLines(decision, names), ...factLines(decision, names), ageLine(decision, agoMs)]
  const parts = [`${headline(decision, shown)}\n${indent(facts.join('\n'))}`]
  const why = decision.winner === undefined ? reasonLines(decision) : []
  if (why.length > 0) parts.push(`  ${colours.bold('why it waits')}\n${indent(indent(why.join('\n')))}`)
  if (bids.length > 0) {
    const more = bidsTotal > bids.length ? `\n${countText(bidsTotal - bids.length, 'more bid')}` : ''
    parts.push(indent(`${bidsTable(decision, names, colours)}${more}\n${scoreText(decision)}`))
  }
  if (refused.length > 0 || Object.keys(decision.refusals).length > 0)
    parts.push(`  ${colours.bold('refused')}\n${refusalsText(decision, names)}`)
  return parts.join('\n\n')
}

function headline({ how, by, reason, winner }: Decision, { names, colours, origin }: Shown): string {
  const where = winner === undefined ? '' : ` on ${colours.green(names(winner))}`
  switch (how) {
    case 'local':
      // Whoever took it over may have kept it as well.
      return `${colours.bold(winner === origin ? 'placed where it was submitted' : 'kept by its bearer')}${where}: ${reason}, so nobody else was asked`
    case 'load-stamp':
      return `${colours.bold('placed without asking')}${where}: ${reason}`
    case 'auction':
      return `${colours.bold('placed by auction')}${where}: ${reason}`
    case 'wanted':
      return `${colours.bold('placed when a host had room')}${where}: it waited with ${names(by)} until then`
    case 'waiting':
      return `${colours.bold('waiting')}: ${reason}`
    case 'after':
      return `${colours.bold('waiting for other tasks')}: it ${reason}`
    case 'gang':
      return `${colours.bold('placed together')}${where}: ${reason}`
    case 'unplaceable':
      return `${colours.bold('no host can ever run it as it stands')}: ${reason}`
  }
}

/** It had a place before. */
function moveLines({ move }: Decision, names: PeerNames): string[] {
  return move ? [`moved from ${names(move.from)} (${move.code}): ${move.reason}`] : []
}

const closings: Record<Decision['closed'], string> = {
  'all-in': ', when all had answered',
  'good-enough': ', as soon as waiting longer could gain nothing',
  timeout: ', when the time for answers was up',
  none: '',
}

function factLines(decision: Decision, names: PeerNames): string[] {
  const { how, by, decisionMs, auctionMs, candidates, asked, closed } = decision
  if (asked === 0 && how !== 'wanted') return [`decided by ${names(by)}`]
  const waited = decisionMs - auctionMs >= 1 ? `; it had waited ${durationText(decisionMs - auctionMs)} for room` : ''
  if (asked === 0) return [`decided by ${names(by)}${waited}`]
  return [
    `decided by ${names(by)} in ${durationText(auctionMs)}${closings[closed]}${waited}`,
    `${asked} of ${countText(candidates, 'candidate')} asked${bidsCountText(decision)}`,
  ]
}

/** Whoever decides bids as well, and asks others alone. What start together keep room instead of weighing bids. */
function bidsCountText({ how, by, bids, bidsTotal }: Decision): string {
  if (how === 'gang') return ''
  return `, ${countText(bidsTotal, 'bid')}${bids.some(({ peer }) => peer === by) ? ', its own among them' : ''}`
}

/** What it was decided by was true then, and is as old as this by now. */
function ageLine({ bids, auctionMs }: Decision, agoMs: number): string {
  const ago = `as it was ${durationText(agoMs)} ago`
  if (bids.length === 0) return ago
  const oldest = Math.max(...bids.map(({ afterMs }) => auctionMs - afterMs))
  return `${ago}, by bids that were up to ${durationText(Math.max(0, oldest))} old`
}

function scoreText({ objective, weights, margin, bidsTotal }: Decision): string {
  const named = Object.entries(weights).map(([name, weight]) => `${name} ${number(weight)}`)
  const by = bidsTotal < 2 ? '' : margin === 0 ? '; two were equal, so chance chose' : `, here by ${number(margin)}`
  return `${objective ?? 'weights'}: ${named.join(', ')}; the lowest score wins${by}`
}
