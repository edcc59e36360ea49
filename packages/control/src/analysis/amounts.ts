import { type ResourceRequest, type ResourceVector, scalarResources } from '@souk/kernel'

/** A resource in the unit that people use: CPUs and devices are whole ones. */
export type Amounts = Map<string, number>

/** The kernel's resources as people know them, and by how much their unit is larger; all others go by their own names. */
const publicResources: Record<(typeof scalarResources)[number], { resource: string; unit: number }> = {
  cpuMilli: { resource: 'cpu', unit: 1000 },
  memoryBytes: { resource: 'memory', unit: 1 },
  diskBytes: { resource: 'disk', unit: 1 },
  networkMbps: { resource: 'network', unit: 1 },
  slots: { resource: 'slots', unit: 1 },
}

/** What the kernel names in a shortage, as people know it. */
export function publicResource(name: string): { resource: string; unit: number } {
  const scalar = scalarResources.find((each) => each === name)
  return scalar === undefined ? { resource: name, unit: 1 } : publicResources[scalar]
}

/** What one task asks for; what it does not ask for is left out. */
export function requestAmountsOf(request: ResourceRequest): Amounts {
  return amountsOf(request, request.gpu.count * request.gpu.milli)
}

/** What a host has, or has left. */
export function vectorAmountsOf(vector: ResourceVector): Amounts {
  return amountsOf(
    vector,
    vector.gpuMilli.reduce((sum, milli) => sum + milli, 0),
  )
}

function amountsOf(of: Omit<ResourceRequest, 'gpu'>, gpuMilli: number): Amounts {
  const scalars = scalarResources.map((name): [string, number] => {
    const { resource, unit } = publicResources[name]
    return [resource, of[name] / unit]
  })
  const all = [...scalars, ['gpu', gpuMilli / 1000] as [string, number], ...Object.entries(of.custom)]
  return new Map(all.filter(([, amount]) => amount > 0))
}

export function addAmounts(to: Amounts, amounts: Amounts, times = 1): void {
  for (const [name, amount] of amounts) to.set(name, (to.get(name) ?? 0) + amount * times)
}
