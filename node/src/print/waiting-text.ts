import type { TaskDetail } from '@souk/client'
import type { Decision } from '@souk/wire'
import type { PeerNames } from '../peer-names.ts'
import { helpLines } from './help-text.ts'
import { reasonLines } from './reason-text.ts'
import { helpFor } from './refusal-text.ts'
import { visibleData } from './visible.ts'

/** Why a task has not begun, by reason with the number of hosts, then what would help. Empty when nothing is known. */
export function waitingAdvice(detail: TaskDetail, names: PeerNames): string[] {
  const decision = visibleData(detail.decision as Decision | undefined)
  if (decision === undefined) return []
  const lines = [decision.reason, ...reasonLines(decision)]
  const help = detail.wouldHelp ? helpLines(visibleData(detail.wouldHelp), names) : helpFor(decision)
  if (help.length > 0) lines.push(`what would help: ${help.join('; ')}`)
  return lines.filter((line) => line !== '')
}

/** The reason alone, in one line. */
export function waitingReason(detail: TaskDetail): string {
  return visibleData((detail.decision as Decision | undefined)?.reason ?? '').replaceAll('\n', ' ')
}
