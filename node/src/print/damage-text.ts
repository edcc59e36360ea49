import type { StoreReport } from '@souk/store-lmdb'
import { countText } from './amount-text.ts'

/** Tasks whose record can be read, and how many of them fewer than three peers keep. */
export interface KeptTasks {
  tasks: number
  alone: number
}

const namedMax = 5
const taskPrefix = 'task/'

/** What is damaged, what that means for tasks, and why the peer does not run on it. */
export function damageText(report: StoreReport, kept: KeptTasks): string {
  const { file, whole, expected, damage, damageTotal } = report
  const tasks = damage.flatMap(({ key }) => (key?.startsWith(taskPrefix) ? [key.slice(taskPrefix.length)] : []))
  const missing = Math.max(0, (expected ?? 0) - whole - damage.filter(({ key }) => key !== undefined).length)
  const counted =
    expected === undefined
      ? 'no record can be read'
      : `${expected - whole} of ${countText(expected, 'record')} cannot be read`
  const lines = [
    `the store of this peer is damaged, so it does not start: ${file}: ${counted}`,
    `  damaged   ${listed(
      damage.map(({ key, detail }) => `${key ?? 'the file'} (${detail})`),
      damageTotal,
    )}`,
  ]
  if (tasks.length > 0) lines.push(`  tasks     ${listed(tasks, tasks.length)}`)
  if (missing > 0) lines.push(`  unknown   ${countText(missing, 'record')} whose name cannot be read either`)
  lines.push(
    '  lost      no task that three or more peers keep: the others have it. Lost is what this peer kept alone: tasks',
    '            with --durability local, and tasks of a mesh of one or two members',
  )
  if (kept.tasks > 0)
    lines.push(
      `            (of ${countText(kept.tasks, 'task')} that can be read here, ${kept.alone} are kept by fewer than three)`,
    )
  lines.push('  why       promises to other peers may be among what is damaged, so it comes back as a new peer')
  return lines.join('\n')
}

function listed(names: readonly string[], total: number): string {
  const shown = names.slice(0, namedMax)
  return shown.join(', ') + (total > shown.length ? `, and ${total - shown.length} more` : '')
}
