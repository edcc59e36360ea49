import { type GpuGroup, type ResourceRequest, type ResourceVector, take } from '@souk/kernel'

/** Takes `count` copies of a request out of `free`; `gpus`: the groups that the devices are of. */
export function spend(free: ResourceVector, request: ResourceRequest, count: number, gpus?: readonly GpuGroup[]): void {
  for (let i = 0; i < count; i++) take(free, request, gpus)
}
