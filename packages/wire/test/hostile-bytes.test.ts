import { Value } from '@sinclair/typebox/value'
import { emptyRequest } from '@souk/kernel'
import fc from 'fast-check'
import { Packr } from 'msgpackr'
import { expect, test } from 'vitest'
import { Advert } from '../src/advert.ts'
import {
  decodeAdvert,
  decodeFrame,
  decodeValue,
  encodeAdvert,
  encodeFrame,
  encodeValue,
  limits,
  messageSchemas,
  wireVersion,
} from '../src/index.ts'
import { loadStampBytes } from '../src/load-stamp.ts'
import { precheck } from '../src/precheck.ts'
import { anyFrame, anyValue, arbitraryOf } from './arbitraries.ts'

/** Decodes and checks that every message let through fits its schema. */
function decodeSafely(bytes: Uint8Array): boolean {
  const result = decodeFrame(bytes)
  if (!result.ok) {
    expect(result.code).toMatch(/^[a-z-]+$/)
    return false
  }
  for (const message of result.value.frame.messages) expect(Value.Check(messageSchemas[message.t], message)).toBe(true)
  return true
}

const bytesOf = (...parts: (number | number[] | Uint8Array)[]) =>
  Uint8Array.from(parts.flatMap((p) => (typeof p === 'number' ? [p] : [...p])))
const code = (bytes: Uint8Array) => {
  const result = decodeFrame(bytes)
  return result.ok ? 'ok' : result.code
}
/** A frame around hand-made bytes of its messages. */
const framed = (...messages: (number | number[] | Uint8Array)[]) =>
  bytesOf(0x94, wireVersion, 0, 0xc4, loadStampBytes, new Uint8Array(loadStampBytes), ...messages)
const raw = new Packr({ useRecords: false, variableMapSize: true, useToJSON: false } as object)

test('random bytes are refused or read, never thrown at', () => {
  const start = fc.constantFrom<number[]>([], [0x94], [0x94, wireVersion], [...framed()], [...framed(0x91)])
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 200 }), (head, tail) => {
      decodeSafely(bytesOf(head, tail))
      decodeAdvert(bytesOf(head, tail))
      decodeValue(tail)
    }),
    { numRuns: 2000 },
  )
})

test('a time that no Date can be is refused, wherever the trace has one', () => {
  const told = { seq: 1, wallMs: 864e13, text: '{}' }
  const traced = { t: 'traced', ask: 1, events: [told], total: 1, sinceWallMs: 864e13, atWallMs: 864e13 }
  const asked = { t: 'askTrace', ask: 1, filter: { types: [], untilWallMs: 864e13 }, limit: 1, charsMax: 1 }
  const takes = (message: { t: string }) => {
    const result = decodeFrame(framed(0x91, raw.pack(message)))
    return result.ok && result.value.frame.messages.length
  }
  expect([takes(traced), takes(asked)]).toEqual([1, 1])
  const late = 864e13 + 1
  const lies = [
    { ...traced, events: [{ ...told, wallMs: late }] },
    { ...traced, sinceWallMs: late },
    { ...traced, atWallMs: late },
    { ...asked, filter: { types: [], sinceWallMs: late } },
    { ...asked, filter: { types: [], untilWallMs: late } },
  ]
  for (const lie of lies) expect(takes(lie)).toBe(0)
})

test('bytes that the scan lets through are read whole by the decoder', () => {
  // Heads of every kind, so that random bytes are often well-formed.
  const piece = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 3 }),
    anyValue.map((v) => encodeValue(v)),
    fc.constantFrom(
      ...[0x80, 0x81, 0x91, 0x92, 0xa1, 0xc0, 0xc4, 0xca, 0xcb, 0xcf, 0xd3, 0xd9, 0xdc, 0xde].map((b) =>
        Uint8Array.of(b, 0),
      ),
    ),
  )
  let passed = 0
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 4 }), (pieces) => {
      const bytes = bytesOf(...pieces)
      const fault = precheck(bytes, { bytesMax: 10_000, depthMax: 8, valuesMax: 1000 })
      if (fault) return
      passed++
      expect(decodeValue(bytes).ok).toBe(true)
    }),
    { numRuns: 1500, seed: 3 },
  )
  expect(passed).toBeGreaterThan(100)
})

test('a frame or advert cut short anywhere is refused', () => {
  fc.assert(
    fc.property(anyFrame, arbitraryOf(Advert), (frame, advert) => {
      const bytes = encodeFrame(frame)
      for (let cut = 0; cut < bytes.length; cut++) {
        const result = decodeFrame(bytes.subarray(0, cut))
        if (result.ok) expect.unreachable(`read ${cut} of ${bytes.length} bytes`)
      }
      const gossip = encodeAdvert(advert)
      for (let cut = 0; cut < gossip.length; cut++) {
        if (decodeAdvert(gossip.subarray(0, cut)).ok) expect.unreachable(`read ${cut} of ${gossip.length} bytes`)
      }
    }),
    { numRuns: 6 },
  )
})

test('one flipped bit never gets a message through that breaks its schema', () => {
  fc.assert(
    fc.property(anyFrame, (frame) => {
      const bytes = encodeFrame(frame).slice(0)
      const step = Math.max(1, Math.floor((bytes.length * 8) / 400))
      for (let bit = 0; bit < bytes.length * 8; bit += step) {
        bytes[bit >> 3]! ^= 1 << (bit & 7)
        decodeSafely(bytes)
        bytes[bit >> 3]! ^= 1 << (bit & 7)
      }
    }),
    { numRuns: 15 },
  )
})

test('bytes after the frame are refused', () => {
  expect(code(framed(0x90))).toBe('ok')
  expect(code(framed(0x90, 0))).toBe('malformed')
})

test('claims of billions in a few bytes are refused without allocating', () => {
  const billions = [0xff, 0xff, 0xff, 0xff]
  const claims = [0xdd, 0xdf, 0xdb, 0xc6].map((head) => framed(head, billions))
  // Nested claims that each look right on their own.
  const nested = framed(0xdc, 0xff, 0xff, 0xdc, 0xff, 0xff, 0xdc, 0xff, 0xff)
  const before = process.memoryUsage()
  for (let i = 0; i < 2000; i++) for (const bytes of [...claims, nested]) expect(code(bytes)).toBe('malformed')
  const after = process.memoryUsage()
  // Allocating what is claimed would take gigabytes.
  expect(after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers).toBeLessThan(100e6)
})

test('nesting is cut off far below the stack', () => {
  expect(code(framed(new Uint8Array(1_000_000).fill(0x91)))).toBe('too-deep')
  expect(code(framed(0x91, 0x91, new Array(limits.depthMax - 2).fill(0x91), 0))).toBe('too-deep')
  const maps = Array.from({ length: 1000 }, () => [0x81, 0xa1, 0x61]).flat()
  expect(code(framed(0x91, maps, 0))).toBe('too-deep')
})

test('more values, messages or bytes than a frame may have are refused', () => {
  const nils = (n: number) =>
    framed(0xdd, [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255], new Uint8Array(n).fill(0xc0))
  expect(code(nils(limits.valuesMax))).toBe('too-many-values')
  expect(code(nils(limits.messagesPerFrameMax + 1))).toBe('too-many-messages')
  expect(code(new Uint8Array(limits.frameBytesMax + 1))).toBe('too-large')
  expect(decodeAdvert(new Uint8Array(limits.advertBytesMax + 1))).toMatchObject({ code: 'too-large' })
})

test('extensions, and with them every code path that builds types or code, are refused', () => {
  const record = bytesOf(0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61, 1)
  for (const head of [0xc7, 0xc8, 0xc9, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8]) {
    expect(code(framed(0x91, head, new Uint8Array(30)))).toBe('malformed')
  }
  for (const bytes of [record, raw.pack(new Date(0)), raw.pack([{ when: new Date(5) }])]) {
    expect(decodeValue(bytes)).toMatchObject({ ok: false, code: 'malformed' })
  }
  expect(decodeValue(Uint8Array.of(0xc1))).toMatchObject({ ok: false, code: 'malformed' })
})

test('map keys are text, and never __proto__', () => {
  expect(decodeValue(bytesOf(0x81, 1, 1))).toMatchObject({ ok: false })
  expect(decodeValue(bytesOf(0x81, 0x90, 1))).toMatchObject({ ok: false })
  expect(decodeValue(bytesOf(0x81, 0xc4, 1, 65, 1))).toMatchObject({ ok: false })
  const proto = [...'__proto__'].map((c) => c.charCodeAt(0))
  for (const header of [[0xa9], [0xd9, 9], [0xda, 0, 9], [0xdb, 0, 0, 0, 9]]) {
    expect(decodeValue(bytesOf(0x81, header, proto, 0x80))).toMatchObject({ ok: false, code: 'malformed' })
  }
  expect(decodeValue(bytesOf(0x81, 0xa1, 65, 1))).toEqual({ ok: true, value: { A: 1 } })
})

test('invalid UTF-8 becomes replacement characters', () => {
  for (const size of [2, 20, 100]) {
    const result = decodeValue(bytesOf(0xd9, size, new Uint8Array(size).fill(0xff)))
    expect(result).toEqual({ ok: true, value: '\ufffd'.repeat(size) })
  }
})

const bid = (terms: object) => ({
  t: 'bid',
  lot: 1,
  offeredMs: 0,
  terms: {
    count: 1,
    startMs: 0,
    finishMs: { p50: 1, p90: 2 },
    fragMilli: 0,
    usedMilli: 0,
    priceMilli: 0,
    warm: false,
    loadSeq: 1,
    ...terms,
  },
})

test('one bad message is left out and reported, its neighbours stand', () => {
  const bad = [
    { t: 'no-such', x: 1 },
    { t: '__proto__' },
    { t: 'toString' },
    { t: 'bid', lot: 1 },
    { ...bid({}), extra: 1 },
    bid({ count: 1.5 }),
    bid({ startMs: Number.NaN }),
    bid({ startMs: -1 }),
    bid({ loadSeq: 2 ** 60 }),
    { t: 7 },
    null,
    'bid',
    [],
  ]
  const messages = [bid({}), ...bad, bid({ count: 2 })]
  const result = decodeFrame(raw.pack([wireVersion, 0, new Uint8Array(loadStampBytes), messages]))
  if (!result.ok) return expect.unreachable(result.detail)
  expect(result.value.frame.messages).toEqual([bid({}), bid({ count: 2 })])
  expect(result.value.rejected.map((r) => `${r.tag}: ${r.code}`)).toEqual([
    ...['no-such', '__proto__', 'toString'].map((tag) => `${tag}: unknown-message`),
    ...new Array(6).fill('bid: invalid-message'),
    ...new Array(4).fill(': unknown-message'),
  ])
  expect(result.value.rejected[3]!.detail).toContain('/terms')
})

test('a task that takes no slot is refused: without one it would be started without end', () => {
  const quote = (slots: number) => ({
    t: 'quote',
    lot: 1,
    shape: { class: 'noop', executor: 'process', function: '', request: { ...emptyRequest(), slots }, labels: {} },
    count: 1,
    priority: 'low',
    expectedMs: 0,
    expectedMsP90: 0,
  })
  const result = decodeFrame(raw.pack([wireVersion, 0, new Uint8Array(loadStampBytes), [quote(0), quote(1)]]))
  expect(result).toMatchObject({ ok: true, value: { frame: { messages: [quote(1)] }, rejected: [{ tag: 'quote' }] } })
})

test('numbers that are not finite, and negative zero, never get into a message', () => {
  const decision = (score: number) => bid({ fragMilli: score })
  for (const score of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    const result = decodeFrame(raw.pack([wireVersion, 0, new Uint8Array(loadStampBytes), [decision(score)]]))
    expect(result).toMatchObject({ ok: true, value: { frame: { messages: [] }, rejected: [{ tag: 'bid' }] } })
  }
  expect(decodeValue(bytesOf(0xcb, 0x80, new Uint8Array(7)))).toMatchObject({ detail: 'negative zero' })
  expect(decodeValue(bytesOf(0xca, 0x80, new Uint8Array(3)))).toMatchObject({ detail: 'negative zero' })
})

test('the keys of a dictionary are bounded like its values', () => {
  const quote = (labels: object) => ({
    t: 'noBid',
    lot: 1,
    refusal: { code: 'no-room', never: false, detail: '', ...labels },
  })
  expect(Value.Check(messageSchemas.noBid, quote({}))).toBe(true)
  const labels = messageSchemas.quote.properties.shape.properties.labels
  expect(Value.Check(labels, { zone: 'a', 'line\nbreak': 'b' })).toBe(true)
  expect(Value.Check(labels, { ['k'.repeat(limits.nameCharsMax + 1)]: 'a' })).toBe(false)
  expect(Value.Check(labels, { 'line\nbreak': 7 })).toBe(false)
  expect(Value.Check(labels, JSON.parse('{"__proto__": "a"}'))).toBe(false)
})

test('another version is told apart from damage, even where its format differs', () => {
  expect(code(bytesOf(0x94, wireVersion + 1, 0xd4, 0, 0))).toBe('bad-version')
  expect(code(raw.pack([wireVersion - 1, 0, new Uint8Array(loadStampBytes), []]))).toBe('bad-version')
  expect(code(raw.pack([String(wireVersion), 0, new Uint8Array(loadStampBytes), []]))).toBe('bad-version')
})

test('a frame whose parts are of another kind is refused', () => {
  const stamp = new Uint8Array(loadStampBytes)
  for (const value of [
    7,
    {},
    [wireVersion, 0, stamp],
    [wireVersion, 0, stamp, {}],
    [wireVersion, -1, stamp, []],
    [wireVersion, 0, new Uint8Array(11), []],
    [wireVersion, 0.5, stamp, []],
  ]) {
    expect(code(raw.pack(value))).toBe('malformed')
  }
})
