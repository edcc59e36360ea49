import { profiles } from '@souk/sim'
import { describe, expect, it } from 'vitest'
import { brokenPromises, runSeed } from './seeds.ts'

const seeds = [1, 2, 3]

for (const { name, about } of profiles) {
  describe(`${name}: ${about}`, () => {
    for (const seed of seeds) {
      const run = { seed, peers: 5, tasks: 200, profile: name }

      it(`keeps every promise with seed ${seed}, and gives the same run twice`, () => {
        const result = runSeed(run)
        expect(brokenPromises(run, result)).toBe('')
        expect(result.accepted).toBe(200)
        expect(result.closed + result.forgotten).toBe(200)
        expect(runSeed(run).traceHash).toBe(result.traceHash)
      })
    }

    it('says only what the codec can carry', () => {
      const run = { seed: 4, peers: 5, tasks: 100, profile: name, codec: true }
      const result = runSeed(run)
      expect(brokenPromises(run, result)).toBe('')
      expect(runSeed({ ...run, codec: false }).traceHash).toBe(result.traceHash)
    })
  })
}

it('gives another run for another seed', () => {
  const run = { peers: 3, tasks: 20, profile: 'calm' }
  expect(runSeed({ ...run, seed: 1 }).traceHash).not.toBe(runSeed({ ...run, seed: 2 }).traceHash)
})

it('starts every task exactly once where nothing fails', () => {
  const result = runSeed({ seed: 5, peers: 5, tasks: 300, profile: 'calm' })
  expect(result.restarts).toBe(0)
  expect(result.outcomes).toEqual(new Map([['succeeded', 300]]))
})

it('converges and places the work of a mesh of forty', () => {
  const run = { seed: 1, peers: 40, tasks: 2000, profile: 'calm' }
  const result = runSeed(run)
  expect(brokenPromises(run, result)).toBe('')
  expect(result.closed).toBe(2000)
})

it('keeps a mesh of one useful', () => {
  const run = { seed: 1, peers: 1, tasks: 50, profile: 'crashes' }
  const result = runSeed(run)
  expect(brokenPromises(run, result)).toBe('')
  expect(result.closed).toBe(50)
})
