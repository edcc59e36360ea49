import type { AuditBreach } from '@souk/client'
import { bytesText, milliText, shortTask } from './amount-text.ts'

/** "over-capacity: 4 of 2 cpu promised": one finding of the audit, for people. */
export function breachText({ code, task, resource, seen, allowed }: AuditBreach): string {
  const which = task === undefined ? '' : ` ${shortTask(task)}`
  const [have, most] = [amountText(resource, seen), amountText(resource, allowed)]
  if (code === 'over-capacity') return `${code}: ${have} of ${nameOf(resource)} are promised, ${most} are there`
  if (code === 'ledger-drift') return `${code}: ${have} of ${nameOf(resource)} count as free, it should be ${most}`
  if (code === 'unknown-run') return `${code}:${which} runs, and was never ordered or has ended`
  if (code === 'missing-run') return `${code}:${which} has ${resource === 'room' ? 'room but no run' : 'no process'}`
  return `${code}:${which} uses ${have} of ${nameOf(resource)}, and asked for ${most}`
}

function nameOf(resource: string): string {
  return resource.replace(/(Milli|Bytes|Mbps)$/, '').replace(/^custom /, '')
}

function amountText(resource: string, amount: number): string {
  if (resource.endsWith('Bytes')) return bytesText(amount)
  return resource.endsWith('Milli') || resource.startsWith('gpu') ? milliText(amount) : String(amount)
}
