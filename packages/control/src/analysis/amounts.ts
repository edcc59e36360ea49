import type { ResourceRequest, ResourceVector } from '@souk/kernel'

/** A resource in the unit that people use: CPUs and devices are whole ones. */
export type Amounts = Map<string, number>

/** What one task asks for; what it does not ask for is left out. */
export function requestAmountsOf(request: ResourceRequest): Amounts {
  const { cpuMilli, memoryBytes, diskBytes, networkMbps, slots, gpu, custom } = request
  return positive([
    ['cpu', cpuMilli / 1000],
    ['memory', memoryBytes],
    ['disk', diskBytes],
    ['network', networkMbps],
    ['slots', slots],
    ['gpu', (gpu.count * gpu.milli) / 1000],
    ...Object.entries(custom),
  ])
}

/** What a host has, or has left. */
export function vectorAmountsOf(vector: ResourceVector): Amounts {
  const { cpuMilli, memoryBytes, diskBytes, networkMbps, slots, gpuMilli, custom } = vector
  return positive([
    ['cpu', cpuMilli / 1000],
    ['memory', memoryBytes],
    ['disk', diskBytes],
    ['network', networkMbps],
    ['slots', slots],
    ['gpu', gpuMilli.reduce((sum, milli) => sum + milli, 0) / 1000],
    ...Object.entries(custom),
  ])
}

export function addAmounts(to: Amounts, amounts: Amounts, times = 1): void {
  for (const [name, amount] of amounts) to.set(name, (to.get(name) ?? 0) + amount * times)
}

const positive = (pairs: [string, number][]): Amounts => new Map(pairs.filter(([, amount]) => amount > 0))

/** The resource that the kernel names in a shortage, as people know it, and by how much its unit is larger. */
export function publicResource(name: string): { resource: string; unit: number } {
  switch (name) {
    case 'cpuMilli':
      return { resource: 'cpu', unit: 1000 }
    case 'memoryBytes':
      return { resource: 'memory', unit: 1 }
    case 'diskBytes':
      return { resource: 'disk', unit: 1 }
    case 'networkMbps':
      return { resource: 'network', unit: 1 }
    default:
      return { resource: name, unit: 1 }
  }
}
