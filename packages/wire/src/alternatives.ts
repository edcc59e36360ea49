import type { ResourceRequest } from '@souk/kernel'

/** What a task asks for: a request, and what will do instead, in order of preference. */
export interface Asked {
  request: ResourceRequest
  alternatives?: ResourceRequest[] | undefined
}

/** All of them, the preferred one first; an index into this list is an `alternative` (0: the request itself). */
export function requestsOf({ request, alternatives = [] }: Asked): ResourceRequest[] {
  return [request, ...alternatives]
}

/** What it takes as that alternative; one that it does not have (a faulty peer's) is the request itself. */
export function requestOf(asked: Asked, alternative: number | undefined): ResourceRequest {
  return requestsOf(asked)[alternative ?? 0] ?? asked.request
}

/** As a field of a message or record: the request itself goes without saying. */
export function alternativeField(alternative: number | undefined): { alternative?: number } {
  return alternative ? { alternative } : {}
}
