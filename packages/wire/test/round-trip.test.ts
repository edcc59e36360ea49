import { Value } from '@sinclair/typebox/value'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  Advert,
  decodeAdvert,
  decodeFrame,
  decodeValue,
  encodeAdvert,
  encodeFrame,
  encodeFrames,
  encodeValue,
  type Frame,
  frameLimits,
  type Message,
  messageSchemas,
  TaskRecord,
} from '../src/index.ts'
import { decodeLoadStamp, encodeLoadStamp } from '../src/load-stamp.ts'
import { anyFrame, anyValue, arbitraryOf, frameOf, messageOf, tags } from './arbitraries.ts'

function decoded(bytes: Uint8Array): Frame {
  const result = decodeFrame(bytes)
  if (!result.ok) throw new Error(`${result.code}: ${result.detail}`)
  expect(result.value.rejected).toEqual([])
  return result.value.frame
}

test.each(tags)('a frame of %s messages comes back as it was sent', (tag) => {
  fc.assert(
    fc.property(frameOf(fc.array(messageOf(tag), { minLength: 1, maxLength: 3 })), (frame) => {
      expect(decoded(encodeFrame(frame))).toStrictEqual(frame)
    }),
    { numRuns: 15 },
  )
})

test('each message is sent under its own tag, and every tag is generated', () => {
  for (const tag of tags) expect(fc.sample(messageOf(tag), 3).map((m) => m.t)).toEqual([tag, tag, tag])
  expect(tags.length).toBe(Object.keys(messageSchemas).length)
})

test('a frame of mixed messages comes back as it was sent', () => {
  fc.assert(
    fc.property(anyFrame, (frame) => {
      expect(decoded(encodeFrame(frame))).toStrictEqual(frame)
    }),
    { numRuns: 50 },
  )
})

test('an advert comes back as it was sent', () => {
  fc.assert(
    fc.property(arbitraryOf(Advert), (advert) => {
      expect(decodeAdvert(encodeAdvert(advert))).toStrictEqual({ ok: true, value: advert })
    }),
    { numRuns: 50 },
  )
})

test('a stored value comes back as it was given', () => {
  fc.assert(
    fc.property(fc.oneof(anyValue, arbitraryOf(TaskRecord)), (value) => {
      expect(decodeValue(encodeValue(value))).toStrictEqual({ ok: true, value })
    }),
    { numRuns: 150 },
  )
})

test('the arbitraries stay within the schemas', () => {
  for (const tag of tags) {
    for (const message of fc.sample(messageOf(tag), 5)) expect(Value.Check(messageSchemas[tag], message)).toBe(true)
  }
})

test('bytes come in and go out as plain Uint8Array, of their own memory when decoded', () => {
  const bytes = encodeValue({ body: Buffer.from('abc') })
  expect(bytes.constructor).toBe(Uint8Array)
  const result = decodeValue(Buffer.from(bytes))
  const { body } = (result.ok ? result.value : {}) as { body: Uint8Array }
  expect(body.constructor).toBe(Uint8Array)
  expect([...body]).toEqual([97, 98, 99])
  expect(body.buffer.byteLength).toBe(3)
})

test('an encoded frame keeps its bytes while later ones are encoded', () => {
  const frame = fc.sample(anyFrame, { numRuns: 1, seed: 1 })[0]!
  const first = encodeFrame(frame)
  const copy = first.slice()
  for (let i = 0; i < 500; i++) encodeFrame({ ...frame, incarnation: i })
  expect(first).toEqual(copy)
})

test('an optional field that is undefined is left out', () => {
  const frame: Frame = {
    incarnation: 1,
    load: { seq: 0, waiting: 0, freeSlots: 0, running: 0, draining: false, saidMs: 0 },
    messages: [{ t: 'view', ask: 1, task: '0123456789abcdefghjkmnpq', view: undefined } as unknown as Message],
  }
  expect(decoded(encodeFrame(frame)).messages).toStrictEqual([{ t: 'view', ask: 1, task: '0123456789abcdefghjkmnpq' }])
})

test('a turn over the limit of one frame travels in several, in order, without what fits in none', () => {
  const output = (offset: number, size: number): Message => ({
    t: 'output',
    ask: 1,
    task: '0123456789abcdefghjkmnpq',
    stream: 'stdout',
    offset,
    data: new Uint8Array(size),
    end: false,
  })
  const messages = Array.from({ length: 40 }, (_, i) => output(i, i === 7 ? 20_000 : 1000))
  const load = { seq: 0, waiting: 0, freeSlots: 0, running: 0, draining: false, saidMs: 0 }
  const max = { ...frameLimits, bytesMax: 8000, messagesMax: 4 }
  const { frames, tooLarge } = encodeFrames({ incarnation: 1, load, messages }, max)
  const received = frames.flatMap((bytes) => {
    const result = decodeFrame(bytes, max)
    return result.ok ? result.value.frame.messages : []
  })
  expect(received).toStrictEqual(messages.filter((_, i) => i !== 7))
  expect(tooLarge).toStrictEqual([messages[7]])
})

test('an empty turn still travels, for its load stamp', () => {
  const load = { seq: 9, waiting: 1, freeSlots: 2, running: 3, draining: true, saidMs: 2 ** 45 + 1 }
  const { frames } = encodeFrames({ incarnation: 1, load, messages: [] })
  expect(frames.map(decoded)).toStrictEqual([{ incarnation: 1, load, messages: [] }])
})

test('a load stamp from any time that is no whole number is from none', () => {
  const load = { seq: 9, waiting: 1, freeSlots: 2, running: 3, draining: true }
  for (const saidMs of [Number.NaN, -1, 0.5, 2 ** 60, Infinity])
    expect(decodeLoadStamp(encodeLoadStamp({ ...load, saidMs }))).toStrictEqual({ ...load, saidMs: 0 })
})

test('what could not be read back is not stored', () => {
  let nested: unknown[] = []
  for (let i = 0; i < 30; i++) nested = [nested]
  expect(() => encodeValue(nested)).toThrow('too-deep')
  expect(() => encodeValue({ when: new Date(0) })).toThrow('extension')
  expect(() => encodeValue(new Map([[1, 2]]))).toThrow('key')
})
