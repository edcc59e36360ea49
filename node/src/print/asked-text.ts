import type { TaskDetail } from '@souk/client'
import type { ResourceRequest } from '@souk/kernel'
import type { Decision, TaskSpec, Tie } from '@souk/wire'
import { bytesText, countText, durationText, milliText } from './amount-text.ts'
import { pairs } from './table.ts'

/** What a task asks of hosts beyond one CPU, and which of it the chosen host gives. Empty where it asks for no more. */
export function askedText(
  { spec, bearer, outcome }: Pick<TaskDetail, 'spec' | 'bearer' | 'outcome'>,
  decision: Pick<Decision, 'alternative' | 'winner'> | undefined,
): string {
  const task = spec as Partial<TaskSpec>
  const { request, alternatives = [] } = task
  if (request === undefined) return ''
  const texts = [request, ...alternatives].map(requestText)
  const others: [string, string][] = [
    ['of hosts that', hostsText(task)],
    ['company', companyText(task)],
    ['on terms', termsText(task)],
  ]
  const told = others.filter(([, text]) => text !== '')
  if (told.length === 0 && texts.length === 1 && texts[0] === oneCpu) return ''
  const rows: [string, string][] = [['asks for', texts.join(', or ')], ...told]
  const chosen = decision?.alternative ?? 0
  // An award may have bounced: then whoever has it now gave it something else, and the decision does not know.
  const isThere = decision?.winner !== undefined && (outcome?.host ?? bearer) === decision.winner
  if (isThere && texts.length > 1) {
    rows.push([
      'given',
      `${texts[chosen] ?? texts[0]} (${chosen === 0 ? 'its first choice' : `choice ${chosen + 1} of ${texts.length}`})`,
    ])
  }
  return pairs(rows)
}

/** what a task asks for that names nothing */
const oneCpu = '1 cpu'

function hostsText({ labels = {}, where }: Partial<TaskSpec>): string {
  const named = Object.entries(labels).map(([name, value]) => `${name}=${value}`)
  const parts = named.length === 0 ? [] : [`have ${named.join(', ')}`]
  return [...parts, ...(where === undefined ? [] : [`meet ${where}`])].join(', and ')
}

/** What decides who goes first, and how long and how often it may run, where it is not as usual. */
function termsText(task: Partial<TaskSpec>): string {
  const { priority = 'medium', tenant = 'default', objective, deadlineMs, checkpoint, expectedMs } = task
  const parts = priority === 'medium' ? [] : [`priority ${priority}`]
  if (tenant !== 'default') parts.push(`tenant ${tenant}`)
  if (objective !== undefined) parts.push(`objective ${objective}`)
  if (deadlineMs !== undefined) parts.push(`wanted within ${durationText(deadlineMs)}`)
  parts.push(...runsTexts(task))
  if (checkpoint !== undefined)
    parts.push(`goes on from its checkpoint ${checkpoint.path} when its host drains or lacks memory`)
  if (expectedMs !== undefined) parts.push(`expected to take ${durationText(expectedMs)}`)
  return parts.join(', ')
}

function runsTexts({ idempotent, timeoutMs = 0, expiresMs = 0, retries = 0, starts }: Partial<TaskSpec>): string[] {
  const parts = idempotent ? ['may be raced by a second run'] : []
  if (timeoutMs > 0) parts.push(`ended once it ran for ${durationText(timeoutMs)}`)
  if (expiresMs > 0) parts.push(`expires ${durationText(expiresMs)} after it was submitted`)
  if (retries > 0) parts.push(`run again after a failure, ${retries === 1 ? 'once' : `up to ${retries} times`}`)
  if (starts === 'at-most-once') parts.push('never started twice')
  return parts
}

/** Whom it is tied to on its host, and as what others know it: 'of group db; apart from db; rather near cache'. */
function companyText({ group, near = [], apart = [], gang }: Partial<TaskSpec>): string {
  const tie = (how: string) => (each: Tie) => `${each.required ? '' : 'rather '}${how} ${each.group}`
  const own = group === undefined ? [] : [`of group ${group}`]
  const others = gang === undefined ? [] : [`one of ${gang.size} that start together, rank ${gang.rank}`]
  return [...own, ...near.map(tie('near')), ...apart.map(tie('apart from')), ...others].join('; ')
}

/** Amounts of a request on one line: '1 gpu, 4 cpu, 8 GB'. What is zero is left out. */
function requestText(request: ResourceRequest): string {
  const { gpu, cpuMilli, memoryBytes, diskBytes, networkMbps, custom, slots } = request
  const parts: string[] = []
  if (gpu.count > 0) {
    const amount = gpu.milli === 1000 ? `${gpu.count} gpu` : `${milliText(gpu.milli)} of ${countText(gpu.count, 'gpu')}`
    const kind = gpu.models?.length ? ` of model ${gpu.models.join(' or ')}` : ''
    parts.push(`${amount}${kind}${gpu.memoryBytes ? ` with ${bytesText(gpu.memoryBytes)}` : ''}`)
  }
  if (cpuMilli > 0) parts.push(`${milliText(cpuMilli)} cpu`)
  if (memoryBytes > 0) parts.push(bytesText(memoryBytes))
  if (diskBytes > 0) parts.push(`${bytesText(diskBytes)} disk`)
  if (networkMbps > 0) parts.push(`${networkMbps} Mb/s`)
  for (const [name, units] of Object.entries(custom)) parts.push(`${units} ${name}`)
  return parts.length === 0 ? countText(slots, 'slot') : parts.join(', ')
}
