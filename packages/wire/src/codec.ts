import { invariant } from '@souk/kernel'
import { Advert } from './advert.ts'
import type { Frame } from './frame.ts'
import { limits, storedLimits } from './limits.ts'
import { decodeLoadStamp, encodeLoadStamp, loadStampBytes } from './load-stamp.ts'
import type { Message } from './message.ts'
import { pack, unpack } from './packing.ts'
import { precheck, type ValueLimits } from './precheck.ts'
import type { DecodeCode, DecodeResult } from './result.ts'
import { fits, misfit, type Rejected, rejection } from './validate.ts'
import { wireVersion } from './version.ts'

export interface FrameLimits extends ValueLimits {
  messagesMax: number
}

export const frameLimits: FrameLimits = {
  bytesMax: limits.frameBytesMax,
  depthMax: limits.depthMax,
  valuesMax: limits.valuesMax,
  messagesMax: limits.messagesPerFrameMax,
}

const advertLimits: ValueLimits = { ...frameLimits, bytesMax: limits.advertBytesMax }

/** A frame, and the messages that were left out of it because they broke their schema. */
export interface DecodedFrame {
  frame: Frame
  rejected: Rejected[]
}

/** Rejected messages of one frame that get a detail; the rest only have their code. */
const explainedMax = 8
const incarnationMax = 2 ** 32
/** 0x90 + 4: an array of four, as every frame begins. */
const frameHead = 0x94

/**
 * [version, incarnation, load stamp, messages]. Says nothing about size: `encodeFrames` splits what is over the limit.
 * The result is a view on a shared buffer that is never written again.
 */
export function encodeFrame(frame: Frame): Uint8Array {
  return pack([wireVersion, frame.incarnation, encodeLoadStamp(frame.load), frame.messages])
}

/**
 * The frame in as few pieces as its limits allow, messages in order. A single message over the limit cannot travel:
 * it is left out and returned, for the sender to answer for.
 */
export function encodeFrames(
  frame: Frame,
  max: FrameLimits = frameLimits,
): { frames: Uint8Array[]; tooLarge: Message[] } {
  const frames: Uint8Array[] = []
  const tooLarge: Message[] = []
  // Pieces still to do, last first.
  const pieces = [frame.messages]
  for (let messages = pieces.pop(); messages !== undefined; messages = pieces.pop()) {
    const bytes = messages.length > max.messagesMax ? undefined : encodeFrame({ ...frame, messages })
    if (bytes !== undefined && bytes.length <= max.bytesMax) frames.push(bytes)
    else if (messages.length <= 1) tooLarge.push(...messages)
    else {
      const half = messages.length >> 1
      pieces.push(messages.slice(half), messages.slice(0, half))
    }
  }
  return { frames, tooLarge }
}

/**
 * Bytes from another peer. Never throws; refuses before it allocates. A message that breaks its schema is left out and
 * reported, the rest of its frame stands.
 */
export function decodeFrame(bytes: Uint8Array, max: FrameLimits = frameLimits): DecodeResult<DecodedFrame> {
  // Another version may use what the precheck refuses, so it is told apart first.
  if (bytes[0] === frameHead && bytes[1] !== undefined && bytes[1] !== wireVersion) return badVersion(bytes[1])
  const unpacked = unpack(bytes, max)
  if (!unpacked.ok) return unpacked
  const { value } = unpacked
  if (!Array.isArray(value) || value.length !== 4) return failure('malformed', 'not a frame of four parts')
  const [version, incarnation, load, messages] = value as unknown[]
  if (version !== wireVersion) return badVersion(version)
  if (!isIncarnation(incarnation)) return failure('malformed', 'the incarnation is no whole number')
  if (!(load instanceof Uint8Array) || load.length !== loadStampBytes) {
    return failure('malformed', `the load stamp is not ${loadStampBytes} bytes`)
  }
  if (!Array.isArray(messages)) return failure('malformed', 'the messages are no list')
  if (messages.length > max.messagesMax) {
    return failure('too-many-messages', `${messages.length}, at most ${max.messagesMax}`)
  }
  const { good, rejected } = sort(messages)
  return { ok: true, value: { frame: { incarnation, load: decodeLoadStamp(load), messages: good }, rejected } }
}

function sort(messages: unknown[]): { good: Message[]; rejected: Rejected[] } {
  const good: Message[] = []
  const rejected: Rejected[] = []
  for (const message of messages) {
    const fault = rejection(message, rejected.length < explainedMax)
    if (fault) rejected.push(fault)
    else good.push(message as Message)
  }
  return { good, rejected }
}

/** An advert as gossip carries it: [version, advert]. */
export function encodeAdvert(advert: Advert): Uint8Array {
  return pack([wireVersion, advert])
}

/** Like `decodeFrame`; the driver checks the signature. */
export function decodeAdvert(bytes: Uint8Array): DecodeResult<Advert> {
  const unpacked = unpack(bytes, advertLimits)
  if (!unpacked.ok) return unpacked
  const { value } = unpacked
  if (!Array.isArray(value) || value.length !== 2) return failure('malformed', 'not an advert of two parts')
  const [version, advert] = value as unknown[]
  if (version !== wireVersion) return badVersion(version)
  if (!fits(Advert, advert)) return failure('invalid-message', misfit(Advert, advert))
  return { ok: true, value: advert as Advert }
}

/**
 * A value for the disk: plain objects with text keys, lists, text, numbers, booleans, null and bytes. Throws on anything
 * that `decodeValue` would not take back, so that nothing unreadable is ever stored.
 */
export function encodeValue(value: unknown): Uint8Array {
  const bytes = pack(value)
  const fault = precheck(bytes, storedLimits)
  invariant(fault === undefined, `cannot be stored (${fault?.code}): ${fault?.detail}`)
  return bytes
}

/** Bytes from the disk; never throws. */
export function decodeValue(bytes: Uint8Array): DecodeResult<unknown> {
  return unpack(bytes, storedLimits)
}

function isIncarnation(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= incarnationMax
}

function badVersion(version: unknown): { ok: false; code: DecodeCode; detail: string } {
  const seen = typeof version === 'number' ? version : typeof version
  return failure('bad-version', `the other side speaks version ${seen}, this one ${wireVersion}`)
}

function failure(code: DecodeCode, detail: string): { ok: false; code: DecodeCode; detail: string } {
  return { ok: false, code, detail }
}
