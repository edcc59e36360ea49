import type { ResourceRequest } from '@souk/kernel'

/** What a task asks for: its request, and others that will do instead, in order of preference. */
export interface Asked {
  request: ResourceRequest
  alternatives?: ResourceRequest[] | undefined
}

/** The request and its alternatives; an index into this list is called an `alternative` (0: the request itself). */
export function requestsOf({ request, alternatives = [] }: Asked): ResourceRequest[] {
  return [request, ...alternatives]
}

/** The request with this index; an index that does not exist (from a faulty peer) stands for the request itself. */
export function requestOf(asked: Asked, alternative: number | undefined): ResourceRequest {
  return requestsOf(asked)[alternative ?? 0] ?? asked.request
}

/** The field of a message or record; absent for the request itself. */
export function alternativeField(alternative: number | undefined): { alternative?: number } {
  return alternative ? { alternative } : {}
}
