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
  /** `count` devices, `milli` thousandths of each */
  gpu: { count: number; milli: number }
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

/** How much there is of a declared resource. Names come from anywhere, so inherited properties do not count. */
function unitsOf(custom: Record<string, number>, name: string): number {
  return Object.hasOwn(custom, name) ? custom[name]! : 0
}

/** Devices for a request, fullest first so that whole devices stay free; undefined when there are too few. */
function pickDevices(gpuMilli: readonly number[], { count, milli }: ResourceRequest['gpu']): number[] | undefined {
  if (count === 0) return []
  const fitting = gpuMilli.map((left, index) => ({ left, index })).filter((d) => d.left >= milli)
  if (fitting.length < count) return undefined
  fitting.sort((a, b) => a.left - b.left || a.index - b.index)
  return fitting.slice(0, count).map((d) => d.index)
}

/**
 * What is missing for `request` in `free`, or undefined when it fits. What a request does not ask for never stops it,
 * even where less than nothing is free (a host whose capacity shrank under running work).
 */
export function shortage(free: ResourceVector, request: ResourceRequest): Shortage | undefined {
  for (const name of scalarResources) {
    const needed = request[name]
    if (needed > 0 && needed > free[name]) return { resource: name, available: free[name], needed }
  }
  for (const name in request.custom) {
    const needed = request.custom[name]!
    const available = unitsOf(free.custom, name)
    if (needed > 0 && needed > available) return { resource: name, available, needed }
  }
  if (pickDevices(free.gpuMilli, request.gpu) === undefined) {
    const available = free.gpuMilli.filter((left) => left >= request.gpu.milli).length
    return { resource: 'gpu', available, needed: request.gpu.count }
  }
  return undefined
}

/**
 * How many copies of `request` fit into `free` one after the other, at most `limit`: exactly as many as `take` would
 * grant. (For requests of several devices that can be fewer than the best packing, since `take` fills devices up.)
 */
export function copiesThatFit(free: ResourceVector, request: ResourceRequest, limit: number): number {
  let n = limit
  for (const name of scalarResources) if (request[name] > 0) n = Math.min(n, Math.floor(free[name] / request[name]))
  for (const name in request.custom) {
    const needed = request.custom[name]!
    if (needed > 0) n = Math.min(n, Math.floor(unitsOf(free.custom, name) / needed))
  }
  if (request.gpu.count > 0) n = copiesOnDevices(free.gpuMilli, request.gpu, n)
  return Math.max(0, n)
}

function copiesOnDevices(gpuMilli: readonly number[], gpu: ResourceRequest['gpu'], limit: number): number {
  const { count, milli } = gpu
  if (milli === 0) return gpuMilli.filter((left) => left >= 0).length >= count ? limit : 0
  const shares = gpuMilli.reduce((sum, left) => sum + Math.max(0, Math.floor(left / milli)), 0)
  const most = Math.min(limit, Math.floor(shares / count))
  if (count === 1) return most
  // Several devices must be different ones, so shares on one device do not add up: play it through.
  const left = [...gpuMilli]
  for (let n = 0; n < most; n++) {
    const devices = pickDevices(left, gpu)
    if (devices === undefined) return n
    for (const index of devices) left[index]! -= milli
  }
  return most
}

/** Takes `request` out of `free` (changed in place); undefined, and nothing changed, when it does not fit. */
export function take(free: ResourceVector, request: ResourceRequest): Allocation | undefined {
  if (shortage(free, request)) return undefined
  const gpuDevices = pickDevices(free.gpuMilli, request.gpu) ?? []
  move(free, request, gpuDevices, -1)
  return { request, gpuDevices }
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
