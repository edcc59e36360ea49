import type { TaskDetail } from '@souk/client'
import type { ResourceRequest } from '@souk/kernel'
import type { Decision, TaskSpec, Tie } from '@souk/wire'
import { bytesText, countText, milliText } from './amount-text.ts'
import { pairs } from './table.ts'

/** What a task asks of hosts beyond one CPU, and which of it the chosen host gives. Empty where there was no choice. */
export function askedText(
  { spec, bearer, outcome }: Pick<TaskDetail, 'spec' | 'bearer' | 'outcome'>,
  decision: Pick<Decision, 'alternative' | 'winner'> | undefined,
): string {
  const { request, alternatives = [], where, ...rest } = spec as Partial<TaskSpec>
  const company = companyText(rest)
  if (request === undefined || (alternatives.length === 0 && where === undefined && company === '')) return ''
  const texts = [request, ...alternatives].map(requestText)
  const rows: [string, string][] = [['asks for', texts.join(', or ')]]
  if (where !== undefined) rows.push(['of hosts that', `meet ${where}`])
  if (company !== '') rows.push(['company', company])
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

/** Whom it is tied to on its host, and as what others know it: 'of group db; apart from db; rather near cache'. */
function companyText({ group, near = [], apart = [] }: Pick<Partial<TaskSpec>, 'group' | 'near' | 'apart'>): string {
  const tie = (how: string) => (each: Tie) => `${each.required ? '' : 'rather '}${how} ${each.group}`
  const own = group === undefined ? [] : [`of group ${group}`]
  return [...own, ...near.map(tie('near')), ...apart.map(tie('apart from'))].join('; ')
}

/** Amounts of a request on one line: '1 gpu, 4 cpu, 8 GB'. What is zero is left out. */
function requestText(request: ResourceRequest): string {
  const { gpu, cpuMilli, memoryBytes, diskBytes, networkMbps, custom, slots } = request
  const parts: string[] = []
  if (gpu.count > 0)
    parts.push(gpu.milli === 1000 ? `${gpu.count} gpu` : `${milliText(gpu.milli)} of ${countText(gpu.count, 'gpu')}`)
  if (cpuMilli > 0) parts.push(`${milliText(cpuMilli)} cpu`)
  if (memoryBytes > 0) parts.push(bytesText(memoryBytes))
  if (diskBytes > 0) parts.push(`${bytesText(diskBytes)} disk`)
  if (networkMbps > 0) parts.push(`${networkMbps} Mb/s`)
  for (const [name, units] of Object.entries(custom)) parts.push(`${units} ${name}`)
  return parts.length === 0 ? countText(slots, 'slot') : parts.join(', ')
}
