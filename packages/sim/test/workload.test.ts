import { Prng } from '@souk/kernel'
import { expect, it } from 'vitest'
import { type Duration, drawDuration, meanDuration } from '../src/distributions.ts'
import { profileOf } from '../src/profiles.ts'
import { argsOf } from '../src/work-args.ts'
import { Workload } from '../src/workload.ts'

const shapes: Duration[] = [
  { kind: 'fixed', ms: 100 },
  { kind: 'exponential', meanMs: 100 },
  { kind: 'hyperexponential', meanMs: 100, cv: 3 },
  { kind: 'heavy', minMs: 50, alpha: 1.5, maxMs: 5000 },
]

for (const shape of shapes) {
  it(`draws ${shape.kind} durations with the mean it claims`, () => {
    const prng = new Prng(1)
    const count = 200_000
    let sum = 0
    for (let i = 0; i < count; i++) sum += drawDuration(prng, shape)
    expect(Math.abs(sum / count / meanDuration(shape) - 1)).toBeLessThan(0.03)
  })
}

it('gives every task its own key, of 16 characters of the alphabet', () => {
  const workload = new Workload(profileOf('calm')!.workload, 1, new Prng(1))
  const nonces = Array.from({ length: 2000 }, () => workload.drawTask().nonce)
  expect(new Set(nonces).size).toBe(2000)
  for (const nonce of nonces) expect(nonce).toMatch(/^[0-9a-hjkmnp-tv-z]{16}$/)
})

it('tells the executor what the task takes', () => {
  const workload = new Workload({ ...profileOf('calm')!.workload, failChance: 1 }, 1, new Prng(1))
  const { spec, ms } = workload.drawTask()
  expect(argsOf(spec)).toEqual({ ms, fail: true })
})

it('says how long all runs of a task take, where it fails each time', () => {
  const shape = { ...profileOf('calm')!.workload, timeoutChance: 0, retries: 3 }
  const failing = new Workload({ ...shape, failChance: 1 }, 1, new Prng(1)).drawTask()
  expect(failing.runsMs).toBe(4 * failing.ms)
  const sound = new Workload({ ...shape, failChance: 0 }, 1, new Prng(1)).drawTask()
  expect(sound.runsMs).toBe(sound.ms)
})

it('spaces tasks so that the slots are as busy as asked', () => {
  const workload = new Workload({ ...profileOf('calm')!.workload, spanMsMin: 0 }, 1, new Prng(1))
  const slots = 40
  const busy = workload.meanSlotMs() / (workload.gapMs(100, slots) * slots)
  expect(busy).toBeCloseTo(workload.shape.load)
})
