import { expect, test } from 'vitest'
import { defaultTaskLimits } from '../src/limits/task-limits.ts'
import { WarmLimits } from '../src/limits/warm-limits.ts'

const asked = (memoryBytes: number, cpuMilli = 0) => ({ memoryBytes, cpuMilli })

test('without a word of anybody a process that stands warm has the memory that its host gives', () => {
  expect(new WarmLimits([], 1e9, defaultTaskLimits).of('render')).toEqual({
    memoryBytes: 1e9,
    cpuMilli: 0,
    processes: 4096,
  })
  const limits = { ...defaultTaskLimits, memoryBytesDefault: 3e8 }
  expect(new WarmLimits([], 1e9, limits).of('render').memoryBytes).toBe(3e8)
})

test('it has the most that tasks of its class have asked for, and nothing of other classes', () => {
  const limits = new WarmLimits([], 1e9, defaultTaskLimits)
  for (const request of [asked(4e9, 500), asked(2e9, 1500), asked(0)]) limits.note('render', request)
  limits.note('other', asked(8e9))
  expect(limits.of('render')).toEqual({ memoryBytes: 4e9, cpuMilli: 1500, processes: 4096 })
})

test('what is declared for its class counts before that, and the rest is as it was', () => {
  const declared = [
    { pattern: 'render/4k', memoryBytes: 6e9 },
    { pattern: 'render*', memoryBytes: 2e9, processes: 32 },
  ]
  const limits = new WarmLimits(declared, 1e9, defaultTaskLimits)
  limits.note('render/4k', asked(1e8, 700))
  expect(limits.of('render/4k')).toEqual({ memoryBytes: 6e9, cpuMilli: 700, processes: 4096 })
  expect(limits.of('render/hd')).toEqual({ memoryBytes: 2e9, cpuMilli: 0, processes: 32 })
})

test('classes of one task each push each other out, so what is remembered is bounded', () => {
  const limits = new WarmLimits([], 1e9, defaultTaskLimits)
  limits.note('first', asked(4e9))
  for (let i = 0; i < 300; i++) limits.note(`class-${i}`, asked(2e9))
  expect(limits.of('first').memoryBytes).toBe(1e9)
  expect(limits.of('class-299').memoryBytes).toBe(2e9)
})
