import type { TSchema } from '@sinclair/typebox'

/** What a token may do. Each role may do what the ones after it may. */
export type ApiRole = 'admin' | 'submit' | 'observe'

/** One route: what both sides know of it. */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** `:name` parts are params */
  path: string
  /** the least role; undefined: open to anybody */
  role: ApiRole | undefined
  summary: string
  params?: TSchema
  query?: TSchema
  body?: TSchema
  /** absent: a stream (text/event-stream) or bytes */
  answer?: TSchema
}

export const route = <const R extends Route>(r: R): R => r
