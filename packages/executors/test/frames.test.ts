import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeLeases, encodeFrame, encodeLeases, FrameReader, type GuardianFrame } from '../src/guardian/frames.ts'

const frames = fc.array(
  fc.record({ type: fc.nat(255), run: fc.nat(2 ** 32 - 1), data: fc.uint8Array({ maxLength: 300 }) }),
)

test('frames come out as they went in, however the bytes are cut', () => {
  fc.assert(
    fc.property(frames, fc.integer({ min: 1, max: 50 }), (sent, step) => {
      const heard: GuardianFrame[] = []
      const reader = new FrameReader((frame) => heard.push({ ...frame, payload: Buffer.from(frame.payload) }))
      const bytes = Buffer.concat(sent.map(({ type, run, data }) => encodeFrame(type, run, data)))
      for (let at = 0; at < bytes.length; at += step) reader.push(bytes.subarray(at, at + step))
      expect(heard).toEqual(sent.map(({ type, run, data }) => ({ type, run, payload: Buffer.from(data) })))
    }),
    { numRuns: 50 },
  )
})

test('leases come out as they went in', () => {
  const lease = fc.record({ run: fc.nat(2 ** 32 - 1), endsAt: fc.double({ noNaN: true }) })
  fc.assert(
    fc.property(fc.array(lease), (leases) => {
      const heard: GuardianFrame[] = []
      new FrameReader((frame) => heard.push(frame)).push(encodeLeases(leases))
      expect(heard.map(({ payload }) => decodeLeases(payload))).toEqual([leases])
    }),
  )
})

test('a length over the limit is refused before anything is kept for it', () => {
  const reader = new FrameReader(() => {})
  expect(() => reader.push(Buffer.from([255, 255, 255, 255, 1, 0, 0, 0, 0]))).toThrow(/at most/)
})
