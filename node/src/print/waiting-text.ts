import type { TaskDetail } from '@souk/client'
import type { Decision } from '@souk/wire'
import { helpFor, refusalText } from './refusal-text.ts'
import { visibleData } from './visible.ts'

/** Why a task has not begun, by reason with the number of hosts, then what would help. Empty when nothing is known. */
export function waitingAdvice(detail: TaskDetail): string[] {
  const decision = visibleData(detail.decision as Decision | undefined)
  if (decision === undefined) return []
  const samples = new Map(decision.refused.map(({ refusal }) => [refusal.code as string, refusal]))
  const lines = [decision.reason]
  for (const [code, count] of Object.entries(decision.refusals)) {
    const sample = samples.get(code)
    lines.push(`${count} ${count === 1 ? 'host' : 'hosts'}: ${sample === undefined ? code : refusalText(sample)}`)
  }
  const help = helpFor(decision)
  if (help.length > 0) lines.push(`what would help: ${help.join('; ')}`)
  return lines.filter((line) => line !== '')
}
