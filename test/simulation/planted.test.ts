import { readFileSync } from 'node:fs'
import { plantedBugs, tryBug } from '@souk/sim'
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

for (const bug of plantedBugs) {
  const seed = seeds.get(bug.name) ?? 0

  describe(`a peer that ${bug.about}`, () => {
    it(`is caught with seed ${seed} (${bug.name})`, () => {
      expect(bug.breaks).toContain(tryBug(bug, seed)?.invariant)
    })

    it('is clean with the same seed when it does not', () => {
      expect(tryBug(bug, seed, true)).toBeUndefined()
    })
  })
}
