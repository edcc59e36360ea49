import { crc32 } from 'node:zlib'
import { decodeValue, encodeValue } from '@souk/wire'

/** One stored value: format byte, CRC-32 of key and value, value. */
const headBytes = 5
const entryFormat = 1

export type Unsealed = { ok: true; value: unknown } | { ok: false; detail: string }

export function sealEntry(key: string, value: unknown): Uint8Array {
  const body = encodeValue(value)
  const entry = new Uint8Array(headBytes + body.length)
  entry[0] = entryFormat
  new DataView(entry.buffer).setUint32(1, checksum(key, body))
  entry.set(body, headBytes)
  return entry
}

/** What is wrong with a stored entry, or undefined: checksum only, nothing is decoded. */
export function entryDamage(key: string, entry: Uint8Array): string | undefined {
  if (entry.length < headBytes) return `${entry.length} bytes, shorter than its head`
  if (entry[0] !== entryFormat) return `format ${entry[0]}, expected ${entryFormat}`
  const stored = new DataView(entry.buffer, entry.byteOffset, headBytes).getUint32(1)
  if (stored !== checksum(key, entry.subarray(headBytes))) return 'checksum does not match'
  return undefined
}

export function unsealEntry(key: string, entry: Uint8Array): Unsealed {
  const damage = entryDamage(key, entry)
  if (damage !== undefined) return { ok: false, detail: damage }
  const decoded = decodeValue(entry.subarray(headBytes))
  return decoded.ok ? decoded : { ok: false, detail: `${decoded.code}: ${decoded.detail}` }
}

/** The key is part of it, so that a value found under another's key is damage too. */
function checksum(key: string, body: Uint8Array): number {
  return crc32(body, crc32(key))
}
