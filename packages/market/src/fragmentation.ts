import { copyVector, type ResourceRequest, type ResourceVector, take } from '@souk/kernel'

/**
 * How uneven what is left is: the largest free share of any resource less the smallest, of CPU, memory and GPU.
 * A host with much memory and no CPU left can run nothing. (FGD over the class mix replaces this later.)
 */
export function fragmentation(free: ResourceVector, total: ResourceVector): number {
  const shares = [share(free.cpuMilli, total.cpuMilli), share(free.memoryBytes, total.memoryBytes)]
  if (total.gpuMilli.length > 0) shares.push(share(sum(free.gpuMilli), 1000 * total.gpuMilli.length))
  return Math.max(...shares) - Math.min(...shares)
}

/** What one such task more would change, in thousandths; 0 when it does not fit. */
export function fragmentationDeltaMilli(free: ResourceVector, total: ResourceVector, request: ResourceRequest): number {
  const after = copyVector(free)
  if (!take(after, request)) return 0
  return Math.round(1000 * (fragmentation(after, total) - fragmentation(free, total)))
}

const share = (part: number, whole: number): number => (whole > 0 ? part / whole : 0)
const sum = (list: readonly number[]): number => list.reduce((total, x) => total + x, 0)
