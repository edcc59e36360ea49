import { type GpuGroup, type ResourceRequest, type ResourceVector, take } from '@souk/kernel'

/** Uses up `count` copies of a request; `gpus`: what the devices are. */
export function spend(free: ResourceVector, request: ResourceRequest, count: number, gpus?: readonly GpuGroup[]): void {
  for (let i = 0; i < count; i++) take(free, request, gpus)
}
