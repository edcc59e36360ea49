import { readFileSync } from 'node:fs'
import { type PlantedBug, plantedBugs, tryBug } from '@souk/sim'
import { describe, expect, it } from 'vitest'

/** Name and seed of every row of the table. */
const rows = readFileSync(new URL('./PLANTED.md', import.meta.url), 'utf8')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter((cells) => /^\d+$/.test(cells[5] ?? ''))
const seeds = new Map(rows.map((cells) => [cells[1]!, Number(cells[5])]))

it('has caught every planted bug, and there are at least 20', () => {
  expect([...seeds.keys()].sort()).toEqual(plantedBugs.map(({ name }) => name).sort())
  expect(plantedBugs.length).toBeGreaterThanOrEqual(20)
})

const seedOf = (bug: PlantedBug): number => seeds.get(bug.name) ?? 0
const runOf = (bug: PlantedBug): string => {
  const { profile, peers, tasks } = bug.where
  return `${profile}, ${peers} peers, ${tasks} tasks, seed ${seedOf(bug)}`
}

describe('a bug is caught', () => {
  it.each(plantedBugs.map((bug) => [bug.name, runOf(bug), bug] as const))('%s: %s', (_name, _run, bug) => {
    expect(bug.breaks).toContain(tryBug(bug, seedOf(bug))?.invariant)
  })
})

// Several bugs are caught by the same run: sound peers make it once.
describe('without its bug a run is clean', () => {
  const runs = new Map(plantedBugs.map((bug) => [runOf(bug), bug]))
  it.each([...runs])('%s', (_run, bug) => {
    expect(tryBug(bug, seedOf(bug), true)).toBeUndefined()
  })
})
