import type { ResourceVector } from '@souk/kernel'

/** A free vector as it may travel: nothing below zero (a host that shrank can owe). */
export function clamped(free: ResourceVector): ResourceVector {
  const custom: Record<string, number> = {}
  for (const name in free.custom) custom[name] = Math.max(0, free.custom[name]!)
  return {
    cpuMilli: Math.max(0, free.cpuMilli),
    memoryBytes: Math.max(0, free.memoryBytes),
    diskBytes: Math.max(0, free.diskBytes),
    networkMbps: Math.max(0, free.networkMbps),
    slots: Math.max(0, free.slots),
    gpuMilli: free.gpuMilli.map((milli) => Math.max(0, milli)),
    custom,
  }
}
