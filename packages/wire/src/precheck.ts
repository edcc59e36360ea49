/** Bounds of one encoded value. */
export interface ValueLimits {
  bytesMax: number
  /** nesting of arrays and maps */
  depthMax: number
  /** scalars, keys and containers */
  valuesMax: number
}

export type FaultCode = 'too-large' | 'malformed' | 'too-deep' | 'too-many-values'

export interface Fault {
  code: FaultCode
  detail: string
}

/** Bounds the scan's own two stacks; every `depthMax` is at most this. */
const stackDepth = 64
const owedAt = new Uint32Array(stackDepth)
const mapAt = new Uint8Array(stackDepth)

/** Bytes after the head byte of a scalar or short text; 255: any other type, handled by `claim` and `skip`. */
const special = 255
const scalarBytes = new Uint8Array(256).fill(special)
for (let head = 0; head < 0x80; head++) scalarBytes[head] = 0
for (let head = 0xe0; head < 0x100; head++) scalarBytes[head] = 0
for (let head = 0xa0; head < 0xc0; head++) scalarBytes[head] = head & 0x1f
for (const head of [0xc0, 0xc2, 0xc3]) scalarBytes[head] = 0
for (const [i, size] of [1, 2, 4, 8].entries()) {
  scalarBytes[0xcc + i] = size
  scalarBytes[0xd0 + i] = size
}

const malformed = (detail: string): Fault => ({ code: 'malformed', detail })

/**
 * Walks the bytes of one MessagePack value without building anything, and says what is wrong with them.
 * After it has passed, a decoder meets no extension, no length past the end, no claim that the bytes cannot hold
 * and no nesting it was not meant for. Not recursive; time and memory are bounded by the length.
 */
export function precheck(bytes: Uint8Array, limits: ValueLimits): Fault | undefined {
  const end = bytes.length
  if (end > limits.bytesMax) return { code: 'too-large', detail: `${end} bytes, at most ${limits.bytesMax}` }
  const depthMax = Math.min(limits.depthMax, stackDepth - 1)
  let at = 0
  let depth = 0
  let values = 0
  // Values that open containers still claim: each takes at least one byte.
  let owedInAll = 1
  let owed = 1
  let inMap = 0
  for (;;) {
    while (owed === 0) {
      if (depth === 0) return at === end ? undefined : malformed(`${end - at} bytes after the value`)
      depth--
      owed = owedAt[depth]!
      inMap = mapAt[depth]!
    }
    if (owedInAll > end - at) return malformed(`the bytes end early, or a count at byte ${at} claims too much`)
    if (++values > limits.valuesMax) return { code: 'too-many-values', detail: `more than ${limits.valuesMax}` }
    const isKey = inMap === 1 && (owed & 1) === 0
    owed--
    owedInAll--
    const head = bytes[at++]!
    const size = scalarBytes[head]!
    if (size !== special) {
      if (isKey && (head < 0xa0 || head >= 0xc0)) return malformed(reasons.keyNotText)
      if (isKey && size === proto.length && isProto(bytes, at)) return malformed(reasons.keyProto)
      at += size
      if (at > end) return malformed(reasons.pastEnd)
      continue
    }
    const children = claim(bytes, at, head)
    if (children === notContainer) {
      const next = skip(bytes, at, head, isKey)
      if (typeof next === 'string') return malformed(next)
      at = next
      if (at > end) return malformed(reasons.pastEnd)
      continue
    }
    if (isKey) return malformed(reasons.keyNotText)
    if (depth >= depthMax) return { code: 'too-deep', detail: `nested deeper than ${depthMax}` }
    at += headerBytes(head)
    if (at > end) return malformed(reasons.pastEnd)
    owedAt[depth] = owed
    mapAt[depth] = inMap
    depth++
    owed = children
    owedInAll += children
    inMap = isMap(head) ? 1 : 0
  }
}

const notContainer = -1

const isMap = (head: number): boolean => (head & 0xf0) === 0x80 || head === 0xde || head === 0xdf

/** How many values the container at hand claims: both sides of a map's entries. */
function claim(bytes: Uint8Array, at: number, head: number): number {
  if (head >= 0x80 && head < 0x90) return (head & 0x0f) * 2
  if (head >= 0x90 && head < 0xa0) return head & 0x0f
  if (head === 0xdc) return uint16(bytes, at)
  if (head === 0xdd) return uint32(bytes, at)
  if (head === 0xde) return uint16(bytes, at) * 2
  if (head === 0xdf) return uint32(bytes, at) * 2
  return notContainer
}

function headerBytes(head: number): number {
  if (head < 0xa0) return 0
  return head === 0xdc || head === 0xde ? 2 : 4
}

const reasons = {
  keyNotText: 'a map key is not text',
  keyProto: 'a map key is __proto__',
  pastEnd: 'a value runs past the end',
  extension: 'an extension type',
  noValue: 'a byte that starts no value',
  negativeZero: 'negative zero',
}

/** Where the long text, bytes or float at hand ends, or why it is refused. */
function skip(bytes: Uint8Array, at: number, head: number, isKey: boolean): number | string {
  const lengthBytes = lengthBytesOf[head]
  if (lengthBytes !== undefined) {
    const length = lengthBytes === 1 ? (bytes[at] ?? 0) : lengthBytes === 2 ? uint16(bytes, at) : uint32(bytes, at)
    const start = at + lengthBytes
    if (isKey && head < 0xd9) return reasons.keyNotText
    if (isKey && length === proto.length && isProto(bytes, start)) return reasons.keyProto
    return start + length
  }
  if (isKey) return reasons.keyNotText
  if (head === 0xca) return isNegativeZero(bytes, at, 4) ? reasons.negativeZero : at + 4
  if (head === 0xcb) return isNegativeZero(bytes, at, 8) ? reasons.negativeZero : at + 8
  return head === 0xc1 ? reasons.noValue : reasons.extension
}

/** Bytes of the length of bytes (0xc4...) and long text (0xd9...). */
const lengthBytesOf: Record<number, number> = { 196: 1, 197: 2, 198: 4, 217: 1, 218: 2, 219: 4 }

const proto = [...'__proto__'].map((c) => c.charCodeAt(0))

function isProto(bytes: Uint8Array, start: number): boolean {
  return proto.every((code, i) => bytes[start + i] === code)
}

/** Two spellings of zero would make equal values unequal; no encoder of ours writes the second. */
function isNegativeZero(bytes: Uint8Array, at: number, size: number): boolean {
  if (bytes[at] !== 0x80) return false
  for (let i = 1; i < size; i++) if (bytes[at + i] !== 0) return false
  return true
}

// Bytes past the end read as zero here: the caller sees the position pass the end.
function uint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
}

function uint32(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at) * 65536 + uint16(bytes, at + 2)
}
