import { describe, expect, test } from 'vitest'
import {
  emptyRequest,
  emptyVector,
  isModel,
  type ResourceRequest,
  type ResourceVector,
  shortage,
  take,
} from '../src/index.ts'

const ask = (part: Partial<ResourceRequest>): ResourceRequest => ({ ...emptyRequest(), ...part })
const have = (part: Partial<ResourceVector>): ResourceVector => ({ ...emptyVector(), slots: 100, ...part })

describe('models', () => {
  const means = (model: string, written: string) => isModel({ model, memoryBytes: 0, count: 1 }, written)

  test.each([
    ['NVIDIA A100-SXM4-80GB', 'A100'],
    ['NVIDIA A100-SXM4-80GB', 'nvidia a100'],
    ['NVIDIA A100-SXM4-80GB', 'a100-80gb'],
    ['NVIDIA GeForce RTX 4070', 'rtx4070'],
    ['NVIDIA GeForce RTX 4070 Ti', 'RTX 4070'],
    ['V100M32', 'v100m32'],
  ])('%s is what people call %s', (model, written) => {
    expect(means(model, written)).toBe(true)
  })

  test.each([
    ['NVIDIA A100-SXM4-80GB', 'A10'],
    ['NVIDIA A10', 'A100'],
    ['V100M32', 'V100'],
    ['Tesla T4', 'T4 80GB'],
    ['Tesla T4', '-'],
  ])('%s is not what people call %s', (model, written) => {
    expect(means(model, written)).toBe(false)
  })

  test('a host of which no model or memory is known has none of them', () => {
    const free = have({ gpuMilli: [1000] })
    expect(shortage(free, ask({ gpu: { count: 1, milli: 1, models: ['t4'] } }))).toEqual({
      resource: 'gpuModel',
      available: 0,
      needed: 1,
    })
    expect(take(free, ask({ gpu: { count: 1, milli: 1, memoryBytes: 1 } }))).toBeUndefined()
  })

  test('memory that is short is said as the memory of the last device needed', () => {
    const gpus = [
      { model: 'T4', memoryBytes: 16, count: 2 },
      { model: 'A10', memoryBytes: 24, count: 1 },
    ]
    const free = have({ gpuMilli: [1000, 1000, 1000] })
    const two = ask({ gpu: { count: 2, milli: 1000, memoryBytes: 20 } })
    expect(shortage(free, two, gpus)).toEqual({ resource: 'gpuMemoryBytes', available: 16, needed: 20 })
    const one = ask({ gpu: { count: 1, milli: 1000, memoryBytes: 20 } })
    expect(take(free, one, gpus)!.gpuDevices).toEqual([2])
    expect(shortage(free, one, gpus)).toEqual({ resource: 'gpu', available: 0, needed: 1 })
  })
})
