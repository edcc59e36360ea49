import { copiesThatFit, type GpuGroup, matchingDevices, type ResourceRequest, type ResourceVector } from '@souk/kernel'
import type { Demand } from './class-mix.ts'

/** A host's capacity and devices, to judge what its rest is good for. */
export interface HostKind {
  capacity: ResourceVector
  /** what its devices are */
  gpus: readonly GpuGroup[]
}

/** A size of task that may come, against this host. */
interface Want {
  weight: number
  gpu: { count: number; milli: number }
  /** the request without its devices */
  bare: ResourceRequest
  /** devices of the right model and memory; undefined: all */
  kind: readonly boolean[] | undefined
}

/** All sizes of task that may come, against one host; made once for each mix and offer. */
export interface Wants {
  host: HostKind
  /** sizes that need devices */
  devices: readonly Want[]
  /** sizes that need none */
  plain: readonly Want[]
}

export function wantsOf(demands: readonly Demand[], host: HostKind): Wants {
  const total = host.capacity.gpuMilli.length
  const wants = demands.map(({ request, count }) => {
    const matching = matchingDevices(host.gpus, total, request.gpu)
    const kind = matching && host.capacity.gpuMilli.map((_, index) => matching.has(index))
    const { gpu } = request
    return { weight: count, gpu, bare: { ...request, gpu: { count: 0, milli: 0 } }, kind }
  })
  const isOfDevices = ({ gpu }: Want): boolean => gpu.count > 0 && gpu.milli > 0
  return { host, devices: wants.filter(isOfDevices), plain: wants.filter((want) => !isOfDevices(want)) }
}

/** For each want of devices: thousandths of devices that the free CPU, memory and so on could feed. */
export function feedableMilli({ devices }: Wants, free: ResourceVector): number[] {
  const most = free.gpuMilli.length * 1000
  return devices.map(({ gpu: { count, milli }, bare }) => {
    const each = count * milli
    return each * copiesThatFit(free, bare, Math.ceil(most / each))
  })
}

/**
 * Thousandths of devices that are idle but of no use to what may come, the mean over wants by weight. As in FGD (USENIX
 * ATC'23), a want cannot use devices that have less left than it needs of one, and none at all if too few can serve it.
 * Generalised in one respect: nor can it use more than CPU, memory and the rest could feed (`feedable`), where FGD has only
 * the case that they cannot feed one. So tasks without GPUs go where they leave the CPU that the GPUs will need.
 */
export function strandedMilli(wants: Wants, feedable: readonly number[], gpuMilli: readonly number[]): number {
  let idle = 0
  for (const left of gpuMilli) idle += Math.max(0, left)
  let [sum, weights] = [0, 0]
  wants.devices.forEach(({ weight, gpu, kind }, i) => {
    let [usable, count] = [0, 0]
    for (let device = 0; feedable[i]! > 0 && device < gpuMilli.length; device++) {
      const left = gpuMilli[device]!
      if (left < gpu.milli || (kind && !kind[device])) continue
      usable += left
      count++
    }
    sum += weight * (count >= gpu.count ? idle - Math.min(usable, feedable[i]!) : idle)
    weights += weight
  })
  return weights === 0 ? 0 : sum / weights
}

const shared = ['cpuMilli', 'memoryBytes', 'diskBytes', 'networkMbps'] as const

/**
 * The same for wants without devices, in shares of the host (at most one for each resource): what would be left over of the
 * resources that a want needs once as many of it as fit were placed.
 */
export function unevenShares({ plain, host }: Wants, free: ResourceVector): number {
  const shareOf = (name: (typeof shared)[number], amount: number): number =>
    host.capacity[name] > 0 ? Math.max(0, amount) / host.capacity[name] : 0
  let [sum, weights] = [0, 0]
  for (const { weight, bare } of plain) {
    let copies = Number.POSITIVE_INFINITY
    let [left, each] = [0, 0]
    for (const name of shared) {
      if (bare[name] === 0) continue
      copies = Math.min(copies, Math.max(0, Math.floor(free[name] / bare[name])))
      left += shareOf(name, free[name])
      each += shareOf(name, bare[name])
    }
    if (each > 0) sum += weight * Math.max(0, left - copies * each)
    weights += weight
  }
  return weights === 0 ? 0 : sum / weights
}
