import { dominantShare, type ResourceRequest, type ResourceVector, useOf } from '@souk/kernel'

/** Units of price for each resource and hour, of hosts that have no price of their own. */
export interface Rates {
  /** of a core */
  cpu: number
  /** of a gigabyte (10^9 bytes) of memory */
  memory: number
  /** of a GPU */
  gpu: number
}

export const defaultRates: Rates = { cpu: 1, memory: 0, gpu: 0 }

/** A host as far as its price goes. */
export interface PricedHost {
  capacity: ResourceVector
  /** thousandths of a price unit an hour for all of it; 0: it has none of its own */
  priceMilli: number
}

/** More is a mistake of whoever declared it; times any time that is looked at it is still a number. */
const perHourMax = 1e12

/**
 * What an hour of this request costs. A host with a price of its own is paid for by the largest share of it that the
 * request has, as plans and bids count it; any other, and one that is gone, by the rates. Never negative, always finite.
 */
export function pricePerHour(request: ResourceRequest, rates: Rates, host?: PricedHost): number {
  if (host && host.priceMilli > 0)
    return bounded((host.priceMilli / 1000) * Math.min(1, dominantShare(useOf(request), host.capacity)))
  const gpus = (request.gpu.count * request.gpu.milli) / 1000
  const each = [(request.cpuMilli / 1000) * rates.cpu, (request.memoryBytes / 1e9) * rates.memory, gpus * rates.gpu]
  return bounded(each.reduce((sum, price) => sum + bounded(price), 0))
}

/** What an hour of a whole host costs. */
export function hostPerHour({ capacity, priceMilli }: PricedHost, rates: Rates): number {
  if (priceMilli > 0) return bounded(priceMilli / 1000)
  const { cpuMilli, memoryBytes, gpuMilli } = capacity
  const gpus = gpuMilli.reduce((sum, milli) => sum + milli, 0) / 1000
  return bounded((cpuMilli / 1000) * rates.cpu + (memoryBytes / 1e9) * rates.memory + gpus * rates.gpu)
}

function bounded(price: number): number {
  return price > 0 ? Math.min(perHourMax, price) : 0
}
