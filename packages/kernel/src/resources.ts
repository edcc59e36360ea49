import {
  copiesOnDevices,
  type GpuGroup,
  type GpuRequest,
  matchingDevices,
  nthMemoryBytes,
  pickDevices,
} from './gpu-devices.ts'

/**
 * What a host has (`ResourceVector`) and what a task asks for (`ResourceRequest`).
 * All integers, so that taking and giving back never drifts.
 */
export interface ResourceVector {
  /** thousandths of a logical CPU */
  cpuMilli: number
  memoryBytes: number
  diskBytes: number
  networkMbps: number
  /** how many tasks may run at once, whatever their size */
  slots: number
  /** one entry per device: thousandths of it that are free (or in all) */
  gpuMilli: number[]
  /** units of declared, named resources (licences, devices) */
  custom: Record<string, number>
}

export interface ResourceRequest {
  cpuMilli: number
  memoryBytes: number
  diskBytes: number
  networkMbps: number
  slots: number
  gpu: GpuRequest
  custom: Record<string, number>
}

/** What was taken for a request: give back exactly this. */
export interface Allocation {
  request: ResourceRequest
  /** indexes into `gpuMilli` */
  gpuDevices: number[]
}

/** The first resource that does not fit: seen and needed, in its own unit. */
export interface Shortage {
  resource: string
  available: number
  needed: number
}

/** The resources that are one number each. */
export const scalarResources = ['slots', 'cpuMilli', 'memoryBytes', 'diskBytes', 'networkMbps'] as const

export function emptyVector(): ResourceVector {
  return { cpuMilli: 0, memoryBytes: 0, diskBytes: 0, networkMbps: 0, slots: 0, gpuMilli: [], custom: {} }
}

export function emptyRequest(): ResourceRequest {
  return {
    cpuMilli: 0,
    memoryBytes: 0,
    diskBytes: 0,
    networkMbps: 0,
    slots: 1,
    gpu: { count: 0, milli: 0 },
    custom: {},
  }
}

export function copyVector(v: ResourceVector): ResourceVector {
  return { ...v, gpuMilli: [...v.gpuMilli], custom: { ...v.custom } }
}

/** Of each resource and device as much as both have. */
export function least(a: ResourceVector, b: ResourceVector): ResourceVector {
  const both = copyVector(a)
  for (const name of scalarResources) both[name] = Math.min(a[name], b[name])
  both.gpuMilli = a.gpuMilli.slice(0, b.gpuMilli.length).map((milli, i) => Math.min(milli, b.gpuMilli[i]!))
  for (const name in a.custom) both.custom[name] = Math.min(a.custom[name]!, unitsOf(b.custom, name))
  return both
}

/** How much there is of a declared resource. Names come from anywhere, so inherited properties do not count. */
export function unitsOf(custom: Readonly<Record<string, number>>, name: string): number {
  return Object.hasOwn(custom, name) ? custom[name]! : 0
}

/**
 * What is missing for `request` in `free`, or undefined when it fits. What a request does not ask for never stops it,
 * even where less than nothing is free (a host whose capacity shrank under running work). `gpus`: what the devices are;
 * without it no device has a model or memory. Of devices `gpuModel` says how many are of an asked model, `gpuMemoryBytes`
 * what the last one needed of them has, and `gpu` how many of the right ones have the share free.
 */
export function shortage(
  free: ResourceVector,
  request: ResourceRequest,
  gpus: readonly GpuGroup[] = [],
): Shortage | undefined {
  for (const name of scalarResources) {
    const needed = request[name]
    if (needed > 0 && needed > free[name]) return { resource: name, available: free[name], needed }
  }
  for (const name in request.custom) {
    const needed = request.custom[name]!
    const available = unitsOf(free.custom, name)
    if (needed > 0 && needed > available) return { resource: name, available, needed }
  }
  return request.gpu.count === 0 ? undefined : deviceShortage(free.gpuMilli, request.gpu, gpus)
}

function deviceShortage(gpuMilli: readonly number[], gpu: GpuRequest, gpus: readonly GpuGroup[]): Shortage | undefined {
  const { count, milli, memoryBytes = 0 } = gpu
  const matching = matchingDevices(gpus, gpuMilli.length, gpu)
  if (matching && gpuMilli.length >= count) {
    if (matching.models < count) return { resource: 'gpuModel', available: matching.models, needed: count }
    if (matching.count < count) {
      const available = nthMemoryBytes(gpus, gpuMilli.length, gpu, count)
      return { resource: 'gpuMemoryBytes', available, needed: memoryBytes }
    }
  }
  const available = gpuMilli.filter((left, index) => left >= milli && (matching?.has(index) ?? true)).length
  return available >= count ? undefined : { resource: 'gpu', available, needed: count }
}

/**
 * How many copies of `request` fit into `free` one after the other, at most `limit`: exactly as many as `take` would
 * grant. (For requests of several devices that can be fewer than the best packing, since `take` fills devices up.)
 */
export function copiesThatFit(
  free: ResourceVector,
  request: ResourceRequest,
  limit: number,
  gpus: readonly GpuGroup[] = [],
): number {
  let n = limit
  for (const name of scalarResources) if (request[name] > 0) n = Math.min(n, Math.floor(free[name] / request[name]))
  for (const name in request.custom) {
    const needed = request.custom[name]!
    if (needed > 0) n = Math.min(n, Math.floor(unitsOf(free.custom, name) / needed))
  }
  n = copiesOnDevices(free.gpuMilli, request.gpu, n, gpus)
  return Math.max(0, n)
}

/**
 * Takes `request` out of `free` (changed in place); undefined, and nothing changed, when it does not fit. `devices`: those
 * to take, as long as they have what is asked for; else the fullest that do.
 */
export function take(
  free: ResourceVector,
  request: ResourceRequest,
  gpus: readonly GpuGroup[] = [],
  devices?: readonly number[],
): Allocation | undefined {
  if (shortage(free, request, gpus)) return undefined
  const chosen = devices && serves(free.gpuMilli, request.gpu, gpus, devices) ? [...devices] : undefined
  const gpuDevices = chosen ?? pickDevices(free.gpuMilli, request.gpu, gpus) ?? []
  move(free, request, gpuDevices, -1)
  return { request, gpuDevices }
}

function serves(
  gpuMilli: readonly number[],
  gpu: GpuRequest,
  gpus: readonly GpuGroup[],
  devices: readonly number[],
): boolean {
  if (devices.length !== gpu.count || new Set(devices).size !== gpu.count) return false
  const matching = matchingDevices(gpus, gpuMilli.length, gpu)
  return devices.every((index) => (gpuMilli[index] ?? -1) >= gpu.milli && (matching?.has(index) ?? true))
}

/** Gives an allocation back to `free` (changed in place). */
export function giveBack(free: ResourceVector, allocation: Allocation): void {
  move(free, allocation.request, allocation.gpuDevices, 1)
}

function move(free: ResourceVector, request: ResourceRequest, gpuDevices: number[], sign: 1 | -1): void {
  for (const name of scalarResources) free[name] += sign * request[name]
  for (const index of gpuDevices) free.gpuMilli[index] = free.gpuMilli[index]! + sign * request.gpu.milli
  for (const name in request.custom) {
    const units = request.custom[name]!
    if (units > 0) free.custom[name] = unitsOf(free.custom, name) + sign * units
  }
}
