import { ApiError } from './api-error.ts'

/** A time of a query, which the schema has checked the form of. Throws ApiError 400 `request-invalid` that names it. */
export function timeOf(name: string, text: string): number {
  const ms = Date.parse(text)
  if (Number.isInteger(ms) && ms >= 0) return ms
  const message = `'${text}' is no time; needed is one such as 2026-11-24T08:00:00Z`
  throw new ApiError(400, 'request-invalid', message, { path: `/${name}` })
}
