import { plantedBugs } from '../planted/planted-bugs.ts'
import type { PlantedResult } from '../report.ts'

/** The table of planted bugs as it stands in the repository, from what a search found. */
export function plantedTable(results: readonly PlantedResult[]): string {
  const rows = plantedBugs.map(({ name, about, where }) => {
    const { seed = 0, invariant = '' } = results.find((result) => result.name === name) ?? {}
    const { profile, peers, tasks } = where
    const found = seed === 0 ? 'missed' : String(seed)
    return `| ${name} | ${about} | ${invariant} | ${profile}, ${peers} peers, ${tasks} tasks | ${found} |`
  })
  return `# Planted bugs

A simulator that finds nothing may be blind. Each row is a mistake made on purpose, by a patch between a sound peer and
its driver (\`packages/sim/src/planted\`), and the first seed at which the checkers report what it breaks; without the
patch the same seed is clean. \`planted.test.ts\` runs each of these seeds both ways.

Written by \`pnpm sim --planted --table test/simulation/PLANTED.md\`: run it again when a change to a peer moves seeds.

| bug | what it does wrong | reported as | run | seed |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`
}
