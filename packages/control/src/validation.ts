import type { TSchema } from '@sinclair/typebox'
import { TypeCompiler, type ValueError } from '@sinclair/typebox/compiler'
import type { Complaints } from '@souk/client'
import { expectedText } from '@souk/wire'
import { ApiError } from './api-error.ts'

/** of one request; the errors are found lazily, so a body full of mistakes costs no more than this */
const complaintsMax = 20

type Checked = { value: unknown } | { error: Error }

/** A strict check of one part of a request: nothing is coerced, dropped or filled in. */
export function compileCheck(schema: TSchema, part: string): (data: unknown) => Checked {
  const check = TypeCompiler.Compile(schema)
  return (data) => {
    // A route with an all-optional body may be called without one.
    const value = data === undefined || data === null ? {} : data
    if (check.Check(value)) return { value }
    return { error: complaint(part, check.Errors(value)) }
  }
}

function complaint(part: string, errors: Iterable<ValueError>): ApiError {
  const found: Complaints = []
  const paths = new Set<string>()
  for (const error of errors) {
    // The first complaint about a place says most; those that follow restate it.
    if (paths.has(error.path)) continue
    paths.add(error.path)
    found.push({ path: error.path, message: expectedText(error) })
    if (found.length === complaintsMax) break
  }
  const first = found[0] ?? { path: '', message: 'does not fit the schema' }
  const where = first.path === '' ? `the ${part}` : `${part} ${first.path}`
  const more = found.length > 1 ? ` (and ${found.length - 1} more, see details)` : ''
  return new ApiError(400, 'request-invalid', `${where}: ${first.message}${more}; see /openapi.json`, {
    path: first.path,
    details: found,
  })
}
