import { type CatalogueEntry, catalogue } from './catalogue.ts'
import { exitCodesHelp } from './exit-codes.ts'
import type { Colours } from './print/colours.ts'
import { pairs } from './print/table.ts'

const titles: Record<CatalogueEntry['group'], string> = {
  hosts: 'Hosts',
  work: 'Work',
  tasks: 'Tasks',
  mesh: 'The mesh',
}

/** What `souk help` prints. */
export function overview(colours: Colours): string {
  const groups = (Object.keys(titles) as CatalogueEntry['group'][]).map((group) => {
    const rows = catalogue
      .filter((entry) => entry.group === group)
      .map((entry): [string, string] => [`souk ${entry.name} ${entry.usage}`.trimEnd(), entry.summary])
    return `${colours.bold(titles[group])}\n${pairs(rows)}`
  })
  return [
    'souk: a mesh of equal peers that bid for work.',
    ...groups,
    `${colours.bold('First steps')}
  souk up                        on the first host; it prints the line for the others
  souk join LINE                 on every other host
  souk run -- echo hello         anywhere`,
    `ID may be shortened, and 'last' is the task submitted last. Every listing takes --json.
\`souk help COMMAND\` shows options and examples. --data FOLDER (or SOUK_DATA) chooses the peer; default ~/.souk.`,
    exitCodesHelp,
  ].join('\n\n')
}

/** The command most like a mistyped one, when one is near enough. */
export function closest(name: string): string | undefined {
  let best: { name: string; distance: number } | undefined
  for (const entry of catalogue) {
    const distance = editDistance(name, entry.name)
    if (best === undefined || distance < best.distance) best = { name: entry.name, distance }
  }
  // Two letters away is near only where the first one is right.
  const distanceMax = best?.name[0] === name[0] ? 2 : 1
  return best !== undefined && best.distance <= distanceMax && best.distance < name.length ? best.name : undefined
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}
