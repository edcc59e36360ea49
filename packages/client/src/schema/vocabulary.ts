import { type TSchema, type TString, Type } from '@sinclair/typebox'
import { apiLimits } from '../limits.ts'

export { apiLimits }

/** The vocabulary of every API schema: strict and bounded by construction. */
export const int = (maximum: number = Number.MAX_SAFE_INTEGER, minimum = 0) => Type.Integer({ minimum, maximum })
export const text = (maxLength: number = apiLimits.textCharsMax, minLength = 0) => Type.String({ minLength, maxLength })
export const list = <T extends TSchema>(item: T, maxItems: number, minItems = 0) =>
  Type.Array(item, { minItems, maxItems })
export const strict = <T extends Record<string, TSchema>>(properties: T) =>
  Type.Object(properties, { additionalProperties: false })
export const dictionary = <T extends TSchema>(value: T, maxProperties: number) =>
  Type.Record(Type.String({ maxLength: apiLimits.nameCharsMax }), value, { maxProperties })
export const choice = <const T extends readonly string[]>(...values: T) =>
  Type.Union(values.map((value) => Type.Literal(value))) as unknown as ReturnType<typeof Type.Unsafe<T[number]>>

/** anything that JSON can say; only its outside is checked */
export const anything = Type.Unknown()
/** plain data for people and consoles; its inside is not part of the contract */
export const plainRecord = Type.Record(Type.String(), Type.Unknown())

export const TaskIdText: TString = Type.String({ pattern: '^[0-9a-hjkmnp-tv-z]{24}$' })
export const TaskName: TString = Type.String({
  minLength: 1,
  maxLength: 24,
  pattern: '^[0-9a-z]+$',
  description: 'a task id, its beginning of at least 3 characters, or last',
})
export const PeerIdText = text(96, 1)
export const HashText: TString = Type.String({ pattern: '^[0-9a-f]{64}$' })
export const IsoTime = text(40)
/** in a query, as `Date.toISOString` writes it */
export const when: TString = Type.String({
  pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,3})?Z$',
})
export const BlobRefBody = strict({ hash: HashText, sizeBytes: int() })

/** a UUID: whoever knows it may use what it names */
const secretId = (): TString => Type.String({ pattern: '^[0-9a-zA-Z-]{16,64}$' })
/** chosen by the client */
export const SessionId: TString = secretId()
/** chosen by the peer */
export const AgentId: TString = secretId()
