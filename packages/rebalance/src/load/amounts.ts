import { type ResourceRequest, type ResourceVector, scalarResources } from '@souk/kernel'

/** Amounts by resource, in the kernel's units; `gpu` is thousandths of devices, declared resources have their own names. */
export type Amounts = Map<string, number>

export const capacityAmounts = (of: ResourceVector): Amounts =>
  amounts(
    of,
    of.gpuMilli.reduce((sum, milli) => sum + milli, 0),
  )

export const requestAmounts = (of: ResourceRequest): Amounts => amounts(of, of.gpu.count * of.gpu.milli)

function amounts(of: Omit<ResourceVector, 'gpuMilli'>, gpu: number): Amounts {
  const scalars = scalarResources.map((name): [string, number] => [name, of[name]])
  const all: [string, number][] = [...scalars, ['gpu', gpu], ...Object.entries(of.custom)]
  return new Map(all.filter(([, amount]) => amount > 0))
}
