import type { ResourceVector } from '@souk/kernel'

/** A free vector as messages carry it: nothing below zero (a host that shrank can owe room), no custom resource at zero. */
export function clamped(free: ResourceVector): ResourceVector {
  const custom: Record<string, number> = {}
  for (const name in free.custom) if (free.custom[name]! > 0) custom[name] = free.custom[name]!
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
