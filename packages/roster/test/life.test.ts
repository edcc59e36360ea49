import fc from 'fast-check'
import { expect, test } from 'vitest'
import { denialMax, keptLife, type Life, supersedes } from '../src/life.ts'
import { proofOf } from './mesh.ts'

const life = (state: Life['state'], incarnation: number, denial: number): Life => {
  return { state, incarnation, proof: proofOf('a', incarnation), denial }
}

const lives = fc
  .tuple(
    fc.constantFrom<Life['state']>('alive', 'suspect', 'dead', 'left'),
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 0, max: 3 }),
  )
  .map(([state, incarnation, denial]) => life(state, incarnation, denial))

test('at the same incarnation and denial dead beats suspect beats alive', () => {
  expect(supersedes(life('suspect', 1, 0), life('alive', 1, 0))).toBe(true)
  expect(supersedes(life('dead', 1, 0), life('suspect', 1, 0))).toBe(true)
  expect(supersedes(life('alive', 1, 0), life('suspect', 1, 0))).toBe(false)
  expect(supersedes(life('suspect', 1, 0), life('dead', 1, 0))).toBe(false)
})

test('a denial beats what it denies, a later suspicion beats the denial', () => {
  expect(supersedes(life('alive', 1, 1), life('dead', 1, 0))).toBe(true)
  expect(supersedes(life('suspect', 1, 1), life('alive', 1, 1))).toBe(true)
})

test('left is final within an incarnation, and only there', () => {
  expect(supersedes(life('alive', 1, denialMax), life('left', 1, 0))).toBe(false)
  expect(supersedes(life('left', 1, 0), life('alive', 1, 5))).toBe(true)
  expect(supersedes(life('alive', 2, 0), life('left', 1, 0))).toBe(true)
})

test('lives as they are kept are totally ordered, so what is held never depends on the order it came in', () => {
  const greater = (a: Life, b: Life) => (supersedes(b, a) ? b : a)
  fc.assert(
    fc.property(lives, lives, lives, (x, y, z) => {
      const [a, b, c] = [keptLife(x), keptLife(y), keptLife(z)]
      expect(supersedes(a, a)).toBe(false)
      expect(supersedes(a, b) && supersedes(b, a)).toBe(false)
      expect(greater(a, b)).toEqual(greater(b, a))
      expect(greater(greater(a, b), c)).toEqual(greater(a, greater(b, c)))
    }),
  )
})
