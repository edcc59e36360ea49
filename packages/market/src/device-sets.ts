import { type GpuGroup, type GpuRequest, matchingDevices, pickDevices } from '@souk/kernel'

/**
 * Sets of devices that could serve a request and differ in what they leave. For one device: one of each kind and free share.
 * For several whole ones: as many as possible of each kind, filled up with others. For several shares: only the fullest
 * devices, since with others fewer copies might fit than the ledger counted. Empty: the request does not fit.
 */
export function deviceSets(gpuMilli: readonly number[], gpu: GpuRequest, gpus: readonly GpuGroup[]): number[][] {
  const fullest = pickDevices(gpuMilli, gpu, gpus)
  if (!fullest) return []
  if (gpu.count === 0 || (gpu.count > 1 && gpu.milli < 1000)) return [fullest]
  const matching = matchingDevices(gpus, gpuMilli.length, gpu)
  const usable: { index: number; kind: number; left: number }[] = []
  gpuMilli.forEach((left, index) => {
    if (left >= gpu.milli && (matching?.has(index) ?? true)) usable.push({ index, kind: kindAt(gpus, index), left })
  })
  const sets = new Map<string, number[]>()
  for (const { index, kind, left } of usable) {
    const key = gpu.count === 1 ? `${kind} ${left}` : `${kind}`
    if (sets.has(key)) continue
    const alike = usable.filter((device) => device.kind === kind && device.index >= index)
    const others = usable.filter((device) => device.kind !== kind)
    sets.set(key, gpu.count === 1 ? [index] : [...alike, ...others].slice(0, gpu.count).map((device) => device.index))
  }
  return [...sets.values()]
}

/** Index of the device's group; -1 for all devices beyond the groups. */
function kindAt(gpus: readonly GpuGroup[], index: number): number {
  let before = 0
  return gpus.findIndex(({ count }) => {
    before += count
    return index < before
  })
}
