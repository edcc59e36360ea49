import type { TSchema } from '@sinclair/typebox'
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler'
import { messageSchemas } from './message.ts'
import type { DecodeCode } from './result.ts'

/** A message that was left out of its frame: its tag as far as it could be read, and why. */
export interface Rejected {
  tag: string
  code: DecodeCode
  detail: string
}

const tagCharsMax = 32
const detailCharsMax = 200
const schemas = new Map<string, TSchema>(Object.entries(messageSchemas))
const checkers = new Map<TSchema, TypeCheck<TSchema>>()

/** The compiled checker of a schema; compiled at first use, a few milliseconds for the largest. */
function checkerOf(schema: TSchema): TypeCheck<TSchema> {
  let checker = checkers.get(schema)
  if (checker === undefined) {
    checker = TypeCompiler.Compile(schema)
    checkers.set(schema, checker)
  }
  return checker
}

export function fits(schema: TSchema, value: unknown): boolean {
  return checkerOf(schema).Check(value)
}

/** The first fault of a value that does not fit. */
export function misfit(schema: TSchema, value: unknown): string {
  const first = checkerOf(schema).Errors(value).First()
  return first === undefined ? 'unknown' : `${first.path || '/'}: ${first.message}`.slice(0, detailCharsMax)
}

/** Why a value is no message; undefined: it is one. `explain` false: without the detail, which is costly. */
export function rejection(value: unknown, explain: boolean): Rejected | undefined {
  const tag = tagOf(value)
  const schema = schemas.get(tag)
  if (schema === undefined) {
    return { tag: tag.slice(0, tagCharsMax), code: 'unknown-message', detail: 'no message has this tag' }
  }
  if (fits(schema, value)) return undefined
  return { tag, code: 'invalid-message', detail: explain ? misfit(schema, value) : '' }
}

function tagOf(value: unknown): string {
  if (typeof value !== 'object' || value === null || !('t' in value)) return ''
  return typeof value.t === 'string' ? value.t : ''
}
