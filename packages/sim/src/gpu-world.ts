import type { HostShape } from './hosts.ts'
import type { TaskClass } from './workload.ts'

const gib = 1024 ** 3
const small = { cpuMilli: 500, memoryBytes: gib / 4 }

/** Hosts with devices of two kinds. */
export const gpuHosts: HostShape = {
  slots: [2, 2, 4],
  cpuMilliPerSlot: 1000,
  memoryBytesPerSlot: 2 * gib,
  gpusPerSlot: [
    { model: 'Tesla T4', memoryBytes: 16 * gib },
    { model: 'NVIDIA A100-SXM4-40GB', memoryBytes: 40 * gib },
  ],
}

/** Tasks that want shares, whole devices, several, by model and by memory. */
export const gpuClasses: TaskClass[] = [
  {
    ...small,
    name: 'share',
    weight: 30,
    duration: { kind: 'exponential', meanMs: 400 },
    slots: 1,
    gpu: { count: 1, milli: 300 },
  },
  {
    ...small,
    name: 'whole',
    weight: 20,
    duration: { kind: 'exponential', meanMs: 800 },
    slots: 1,
    gpu: { count: 1, milli: 1000, models: ['a100'] },
  },
  {
    ...small,
    name: 'pair',
    weight: 10,
    duration: { kind: 'exponential', meanMs: 1500 },
    slots: 2,
    gpu: { count: 2, milli: 1000, memoryBytes: 24 * gib },
  },
]
