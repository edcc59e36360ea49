import { type TSchema, Type } from '@sinclair/typebox'
import { limits } from './limits.ts'

/** The vocabulary of every message schema: bounded by construction. */
export const int = (maximum: number = Number.MAX_SAFE_INTEGER, minimum = 0) => Type.Integer({ minimum, maximum })
/** Milliseconds since 1970 by a wall clock, up to the latest time of a `Date`. */
export const wallTime = int(864e13)
export const text = (maxLength: number = limits.textCharsMax, minLength = 0) => Type.String({ minLength, maxLength })
export const list = <T extends TSchema>(item: T, maxItems: number) => Type.Array(item, { maxItems })
export const bytes = (maxByteLength: number) => Type.Uint8Array({ maxByteLength })
export const strict = <T extends Record<string, TSchema>>(properties: T) =>
  Type.Object(properties, { additionalProperties: false })
/**
 * An object with free keys. The pattern bounds every key (a record type checks keys by nothing else) and keeps out `__proto__`,
 * which the decoder refuses.
 */
export const dictionary = <T extends TSchema>(
  value: T,
  maxProperties: number,
  keyCharsMax: number = limits.nameCharsMax,
) =>
  Type.Record(Type.String({ pattern: `^(?!__proto__$)[^]{0,${keyCharsMax}}$` }), value, {
    maxProperties,
    additionalProperties: false,
  })
export const choice = <const T extends readonly string[]>(...values: T) =>
  Type.Union(values.map((value) => Type.Literal(value))) as unknown as ReturnType<typeof Type.Unsafe<T[number]>>
