import { type ResourceRequest, type ResourceVector, take } from '@souk/kernel'

/** Uses up `count` copies of a request. */
export function spend(free: ResourceVector, request: ResourceRequest, count: number): void {
  for (let i = 0; i < count; i++) take(free, request)
}
