import { emptyRequest, type ResourceRequest } from '@souk/kernel'
import { describe, expect, test } from 'vitest'
import { shortfallText } from '../src/shortfall.ts'
import { noHost, offer, only, shape, vector } from './fixtures.ts'
import { Stall } from './stall.ts'

const big = { peer: 'p1', offer: offer({ capacity: vector({ cpuMilli: 8000 }), labels: { host: 'h1', zone: 'a' } }) }
const gpus = {
  peer: 'p2',
  offer: offer({
    capacity: vector({ gpuMilli: [1000, 1000], custom: { licence: 1 } }),
    labels: { host: 'h2', zone: 'b' },
    executors: ['process'],
    functions: [],
  }),
}
const nameless = { peer: 'p3', offer: offer({ capacity: vector({ memoryBytes: 16e9 }) }) }
const hosts = [big, gpus, nameless]
const needing = (over: Partial<ResourceRequest>) => ({ request: { ...emptyRequest(), ...over } })

describe('what no host has', () => {
  test.each([
    [needing({ cpuMilli: 64_000 }), 'needs 64 CPUs; the largest host has 8 CPUs: h1'],
    [needing({ memoryBytes: 64e9 }), 'needs 64 GB of memory; the largest host has 16 GB of memory: p3'],
    [
      needing({ memoryBytes: 16e9 + 1 }),
      'needs 16000000001 B of memory; the largest host has 16000000000 B of memory: p3',
    ],
    [needing({ gpu: { count: 4, milli: 1000 } }), 'needs 4 GPUs; the largest host has 2 GPUs: h2'],
    [needing({ custom: { licence: 2 } }), 'needs 2 licence; the largest host has 1 licence: h2'],
    [needing({ custom: { toString: 2 } }), 'needs 2 toString; no host has any'],
    [needing({ slots: 5, cpuMilli: 9000 }), 'needs 5 slots; the largest host has 4 slots: h1; needs 9 CPUs'],
    [{ labels: { zone: 'c' } }, 'needs the label zone=c; hosts have zone=a, b'],
    [{ labels: { rack: '1' } }, 'needs the label rack=1; no host has a label rack'],
    [{ where: 'cores > 8 && ssd' }, 'no host meets cores > 8 && ssd: h1: cores > 8: cores is 8'],
    [{ where: 'cores > 8' }, 'no host meets cores > 8: h1: cores is 8; h2'],
    [{ work: { kind: 'function' as const, name: 'resize', args: '[]' } }, "no host has the function 'resize'"],
  ])('is named with what there is: %o', (over, text) => {
    expect(shortfallText(shape(over), hosts)).toContain(text)
  })

  test('on one host is said where everything is there on some', () => {
    const both = shape({ labels: { zone: 'b' }, ...needing({ cpuMilli: 8000 }) })
    expect(shortfallText(both, hosts)).toBe(
      'each of these is there, but not on one host: function tasks (h1, p3), function noop (h1, p3), zone=b (h2), 8 CPUs (h1)',
    )
  })

  test.each([
    [{ models: ['h100'] }, 'needs 1 GPU of model h100; there are 2 NVIDIA A100 (h4), 1 Tesla T4 (h5)'],
    [{ memoryBytes: 41e9 }, 'needs 1 GPU with 41 GB; the most there is has 40 GB: h4'],
    [{ memoryBytes: 40e9 + 1 }, 'needs 1 GPU with 40000000001 B; the most there is has 40000000000 B: h4'],
    [{ models: ['T4'], memoryBytes: 41e9 }, 'needs 1 GPU of model T4 with 41 GB; the most there is has 16 GB: h5'],
    [{ count: 2, memoryBytes: 50e9 }, 'needs 2 GPUs with 50 GB each; the most there is has 40 GB: h4'],
    [{ count: 2, models: ['T4'] }, 'needs 2 GPUs of model T4; there are 2 NVIDIA A100 (h4), 1 Tesla T4 (h5)'],
    [{ count: 9, models: ['T4'] }, 'needs 9 GPUs; the largest host has 2 GPUs: h4'],
  ])('of GPUs is named by model and memory: %o', (gpu, text) => {
    const with2 = { capacity: vector({ gpuMilli: [1000, 1000] }), labels: { host: 'h4' } }
    const with1 = { capacity: vector({ gpuMilli: [1000] }), labels: { host: 'h5' } }
    const known = [
      { peer: 'p4', offer: offer({ ...with2, gpus: [{ model: 'NVIDIA A100', memoryBytes: 40e9, count: 2 }] }) },
      { peer: 'p5', offer: offer({ ...with1, gpus: [{ model: 'Tesla T4', memoryBytes: 16e9, count: 1 }] }) },
      big,
    ]
    expect(shortfallText(shape(needing({ gpu: { count: 1, milli: 1000, ...gpu } })), known)).toBe(text)
  })

  test('is nothing where a host could run it, or none is known', () => {
    expect(shortfallText(shape(), hosts)).toBeUndefined()
    expect(shortfallText(shape(), [])).toBeUndefined()
  })
})

test('a task that can never run fails with it, or waits with it as the reason', () => {
  const stall = new Stall({ host: noHost() })
  stall.members.add('p1', { offer: big.offer })
  stall.add('patient', needing({ cpuMilli: 64_000 }))
  stall.add('hasty', { failIfUnplaceable: true, ...needing({ cpuMilli: 64_000 }) })
  const effects = stall.wake()
  const said = 'needs 64 CPUs; the largest host has 8 CPUs: h1'
  expect(only(effects, 'waits')[0]?.decision.reason).toBe(said)
  expect(only(effects, 'unplaceable')[0]?.message.startsWith(said)).toBe(true)
})
