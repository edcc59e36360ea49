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

const scalars = ['slots', 'cpuMilli', 'memoryBytes', 'diskBytes', 'networkMbps'] as const

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

/** Devices for a request, fullest first so that whole devices stay free; undefined when there are too few. */
function pickDevices(free: ResourceVector, request: ResourceRequest): number[] | undefined {
  const { count, milli } = request.gpu
  if (count === 0) return []
  const fitting = free.gpuMilli.map((left, index) => ({ left, index })).filter((d) => d.left >= milli)
  if (fitting.length < count) return undefined
  fitting.sort((a, b) => a.left - b.left || a.index - b.index)
  return fitting.slice(0, count).map((d) => d.index)
}

/** What is missing for `request` in `free`, or undefined when it fits. */
export function shortage(free: ResourceVector, request: ResourceRequest): Shortage | undefined {
  for (const name of scalars) {
    if (request[name] > free[name]) return { resource: name, available: free[name], needed: request[name] }
  }
  for (const name in request.custom) {
    const needed = request.custom[name]!
    const available = free.custom[name] ?? 0
    if (needed > available) return { resource: name, available, needed }
  }
  if (pickDevices(free, request) === undefined) {
    const available = free.gpuMilli.filter((left) => left >= request.gpu.milli).length
    return { resource: 'gpu', available, needed: request.gpu.count }
  }
  return undefined
}

/** How many copies of `request` fit into `free` at once, at most `limit`. */
export function copiesThatFit(free: ResourceVector, request: ResourceRequest, limit: number): number {
  let n = limit
  for (const name of scalars) if (request[name] > 0) n = Math.min(n, Math.floor(free[name] / request[name]))
  for (const name in request.custom) {
    if (request.custom[name]! > 0) n = Math.min(n, Math.floor((free.custom[name] ?? 0) / request.custom[name]!))
  }
  if (request.gpu.count > 0 && request.gpu.milli > 0) {
    const shares = free.gpuMilli.reduce((sum, left) => sum + Math.floor(left / request.gpu.milli), 0)
    n = Math.min(n, Math.floor(shares / request.gpu.count))
  }
  return Math.max(0, n)
}

/** Takes `request` out of `free` (changed in place); undefined, and nothing changed, when it does not fit. */
export function take(free: ResourceVector, request: ResourceRequest): Allocation | undefined {
  if (shortage(free, request)) return undefined
  const gpuDevices = pickDevices(free, request) ?? []
  move(free, request, gpuDevices, -1)
  return { request, gpuDevices }
}

/** Gives an allocation back to `free` (changed in place). */
export function giveBack(free: ResourceVector, allocation: Allocation): void {
  move(free, allocation.request, allocation.gpuDevices, 1)
}

function move(free: ResourceVector, request: ResourceRequest, gpuDevices: number[], sign: 1 | -1): void {
  for (const name of scalars) free[name] += sign * request[name]
  for (const index of gpuDevices) free.gpuMilli[index] = free.gpuMilli[index]! + sign * request.gpu.milli
  for (const name in request.custom) free.custom[name] = (free.custom[name] ?? 0) + sign * request.custom[name]!
}
