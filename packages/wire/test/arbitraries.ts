import { Kind, OptionalKind, type Static, type TSchema } from '@sinclair/typebox'
import fc from 'fast-check'
import { type Frame, type Message, type MessageTag, messageSchemas } from '../src/index.ts'

const itemsMax = 3

// Text over 64 bytes loses a byte-order mark at its start, and lone surrogates have no UTF-8: neither is text here.
const text = fc.string({ unit: 'binary', maxLength: 80 }).filter((s) => !s.startsWith('\ufeff'))

type Builder = (schema: TSchema) => fc.Arbitrary<unknown>

const builders: Record<string, Builder> = {
  Object: (s) => {
    const model: Record<string, fc.Arbitrary<unknown>> = {}
    for (const [key, property] of Object.entries(s.properties as Record<string, TSchema>)) {
      model[key] = arbitraryOf(property)
    }
    const requiredKeys = Object.keys(model).filter((key) => !(OptionalKind in s.properties[key]))
    return fc.record(model, { requiredKeys, noNullPrototype: true })
  },
  Record: (s) => {
    const [pattern, value] = Object.entries(s.patternProperties as Record<string, TSchema>)[0]!
    const key = fc.oneof(fc.constantFrom('toJSON', 'constructor', 'hasOwnProperty', '0', ''), text)
    const fitting = key.filter((k) => new RegExp(pattern).test(k))
    return fc.dictionary(fitting, arbitraryOf(value), { maxKeys: itemsMax, noNullPrototype: true })
  },
  Array: (s) =>
    fc.array(arbitraryOf(s.items), {
      minLength: s.minItems ?? 0,
      maxLength: Math.min(s.maxItems, (s.minItems ?? 0) + itemsMax),
    }),
  Tuple: (s) => fc.tuple(...(s.items as TSchema[]).map(arbitraryOf)),
  Union: (s) => fc.oneof(...(s.anyOf as TSchema[]).map(arbitraryOf)),
  Literal: (s) => fc.constant(s.const),
  String: (s) =>
    s.pattern
      ? fc.stringMatching(new RegExp(s.pattern))
      : text.map((t) => t.padEnd(s.minLength, '-')).filter((t) => t.length <= s.maxLength),
  Integer: (s) => fc.maxSafeInteger().map((n) => s.minimum + (Math.abs(n) % (s.maximum - s.minimum + 1))),
  Number: () => fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
  Boolean: () => fc.boolean(),
  Uint8Array: (s) => fc.uint8Array({ maxLength: Math.min(s.maxByteLength, 300) }),
}

/** Values of any schema that the messages use; throws on a kind it does not know, so that none is left untested. */
export function arbitraryOf<T extends TSchema>(schema: T): fc.Arbitrary<Static<T>> {
  const builder = builders[schema[Kind]]
  if (builder === undefined) throw new Error(`no arbitrary for schemas of kind ${schema[Kind]}`)
  return builder(schema) as fc.Arbitrary<Static<T>>
}

export const tags = Object.keys(messageSchemas) as MessageTag[]

export const messageOf = (tag: MessageTag): fc.Arbitrary<Message> =>
  arbitraryOf(messageSchemas[tag] as TSchema) as fc.Arbitrary<Message>

export const anyMessage = fc.oneof(...tags.map(messageOf))

export const frameOf = (messages: fc.Arbitrary<Message[]>): fc.Arbitrary<Frame> =>
  fc.record(
    {
      incarnation: fc.integer({ min: 0, max: 2 ** 31 }),
      load: fc.record(
        {
          seq: fc.integer({ min: 0, max: 2 ** 31 }),
          waiting: fc.integer({ min: 0, max: 65535 }),
          freeSlots: fc.integer({ min: 0, max: 65535 }),
          running: fc.integer({ min: 0, max: 65535 }),
          draining: fc.boolean(),
          pressed: fc.constant(true),
          saidMs: fc.maxSafeNat(),
        },
        {
          requiredKeys: ['seq', 'waiting', 'freeSlots', 'running', 'draining', 'saidMs'],
          noNullPrototype: true,
        },
      ),
      messages,
    },
    { noNullPrototype: true },
  )

export const anyFrame = frameOf(fc.array(anyMessage, { maxLength: 4 }))

/** Values that a store may be given. */
export const anyValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.maxSafeInteger(),
    fc.double().map((n) => (Object.is(n, -0) ? 0 : n)),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('value'), { maxLength: 20 }),
    fc.dictionary(
      text.filter((k) => k !== '__proto__'),
      tie('value'),
      { maxKeys: 20, noNullPrototype: true },
    ),
  ),
})).value
