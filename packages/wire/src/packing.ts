// The entry without msgpackr's native string reader: the same result on every platform, and nothing to load.
import { Packr } from 'msgpackr/pack'
import { type Fault, precheck, type ValueLimits } from './precheck.ts'

/**
 * Plain MessagePack: no records, no extensions, no classes. Fields that are undefined are left out. Bytes come out as
 * copies, so that a kept body does not keep its whole frame in memory.
 */
const packr = new Packr({
  useRecords: false,
  mapsAsObjects: true,
  variableMapSize: true,
  moreTypes: false,
  structuredClone: false,
  int64AsType: 'number',
  encodeUndefinedAsNil: true,
  skipValues: [undefined],
  // A dictionary may have a key called toJSON.
  useToJSON: false,
  copyBuffers: true,
} as ConstructorParameters<typeof Packr>[0])

export type Unpacked = { ok: true; value: unknown } | ({ ok: false } & Fault)

/** A view on msgpackr's buffer, never written again: copy it to keep it for long. */
export function pack(value: unknown): Uint8Array {
  return plain(packr.pack(value))
}

/** Never throws; allocates at most in proportion to the bytes, which are at most `bytesMax`. */
export function unpack(bytes: Uint8Array, limits: ValueLimits): Unpacked {
  const fault = precheck(bytes, limits)
  if (fault) return { ok: false, ...fault }
  try {
    return { ok: true, value: packr.unpack(plain(bytes)) }
  } catch (error) {
    return { ok: false, code: 'malformed', detail: error instanceof Error ? error.message : String(error) }
  }
}

/** A plain view on the same bytes: without Node's Buffer methods, and without properties that msgpackr sets on its buffer. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
