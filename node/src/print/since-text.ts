import type { TaskDetail } from '@souk/client'
import type { Decision } from '@souk/wire'
import type { PeerNames } from '../peer-names.ts'
import { countText } from './amount-text.ts'

/** What happened to a task after the decision that is shown: passed on, given up, taken over, run again. */
export function sinceText(detail: TaskDetail, { winner }: Pick<Decision, 'winner'>, names: PeerNames): string {
  const parts: string[] = []
  const host = detail.outcome === undefined ? detail.bearer : detail.outcome.host
  if (winner !== undefined && host !== undefined && host !== winner) {
    parts.push(`passed on from ${names(winner)} to ${names(host)}`)
  }
  const count = (event: string): number => detail.timeline.filter((one) => one.event === event).length
  const awards = count('awarded') + count('kept')
  if (awards > 1) parts.push(`placed ${countText(awards, 'time')}`)
  if (count('given up') > 0) parts.push(`given up ${countText(count('given up'), 'time')}`)
  if (count('lease ended') > 0) parts.push(`its bearer vanished ${countText(count('lease ended'), 'time')}`)
  if (detail.attempts.length > 0) parts.push(`${countText(detail.attempts.length, 'run')} did not count`)
  return parts.join('; ')
}
