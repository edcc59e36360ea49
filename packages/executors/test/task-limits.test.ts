import { emptyRequest } from '@souk/kernel'
import { expect, test } from 'vitest'
import { defaultTaskLimits, runLimits } from '../src/limits/task-limits.ts'

const request = { ...emptyRequest(), cpuMilli: 1500, memoryBytes: 1e9 }

test("a command has the limits that it asked for, and its host's of processes", () => {
  expect(runLimits(request, defaultTaskLimits)).toEqual({ memoryBytes: 1e9, cpuMilli: 1500, processes: 4096 })
})

test('what it did not ask for has no limit but what its host says', () => {
  expect(runLimits(emptyRequest(), defaultTaskLimits)).toMatchObject({ memoryBytes: 0, cpuMilli: 0 })
  expect(runLimits(emptyRequest(), { ...defaultTaskLimits, memoryBytesDefault: 5e8 }).memoryBytes).toBe(5e8)
})

test('where the host lets commands use idle CPUs, or as many processes as they like, they may', () => {
  const limits = { ...defaultTaskLimits, cpuQuota: false, processesMax: 0 }
  expect(runLimits(request, limits)).toEqual({ memoryBytes: 1e9, cpuMilli: 0, processes: 0 })
})
