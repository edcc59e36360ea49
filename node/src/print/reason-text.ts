import type { PlanReason } from '@souk/client'
import type { Decision } from '@souk/wire'
import { durationText } from './amount-text.ts'
import { meaningOf } from './refusal-text.ts'
import { resourceTexts } from './resource-text.ts'

/** Why the hosts would not take it, like reasons together: `3 of 5: 2 cpu < 64 cpu, never`, most hosts first. */
export function reasonLines({ reasons, refusals }: Pick<Decision, 'reasons' | 'refusals'>): string[] {
  const total = Object.values(refusals).reduce((sum, count) => sum + count, 0)
  return reasons.map((reason) => reasonLine(reason, total))
}

/** One group of them, of so many hosts in all. */
export function reasonLine(reason: PlanReason, total: number): string {
  return `${reason.peers} of ${total}: ${whatText(reason)}, ${whenText(reason)}`
}

function whatText({ code, shortage, detail, peers }: PlanReason): string {
  if (shortage) {
    const most = peers > 1 ? 'at most ' : ''
    const whose = code === 'quota' ? 'a quota of ' : ''
    return `${whose}${most}${resourceTexts(shortage.resource, shortage.available, shortage.needed).join(' < ')}`
  }
  if (code === 'no-room') return 'busy'
  if (code === 'label-missing') return `without the label ${detail.split(', has ')[0]}`
  if (code === 'function-unknown') return `no function ${detail}`
  return meaningOf(code)
}

function whenText({ never, etaMs }: PlanReason): string {
  if (never) return 'never'
  return etaMs === undefined ? 'later' : `~${durationText(etaMs)}`
}
