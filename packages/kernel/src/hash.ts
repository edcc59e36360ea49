/**
 * Pure 64-bit hash (two murmur-style 32-bit lanes, cyrb53 family). Not cryptographic: for rendezvous
 * weights, shards, short tags and trace hashes. sha-256 is the drivers' business.
 */
export interface Hash64 {
  hi: number
  lo: number
}

export function hash64(text: string, seed = 0): Hash64 {
  let a = 0xdeadbeef ^ seed
  let b = 0x41c6ce57 ^ seed
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    a = Math.imul(a ^ c, 2654435761)
    b = Math.imul(b ^ c, 1597334677)
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909)
  return { hi: b >>> 0, lo: a >>> 0 }
}

export function compareHash(x: Hash64, y: Hash64): number {
  return x.hi - y.hi || x.lo - y.lo
}

export function hashHex(h: Hash64): string {
  return h.hi.toString(16).padStart(8, '0') + h.lo.toString(16).padStart(8, '0')
}

/** Lower-case Crockford alphabet: no i, l, o, u. */
export const base32Alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

/** The first `chars` (at most 12) base-32 characters of a hash. */
export function hashBase32(h: Hash64, chars: number): string {
  let text = ''
  let hi = h.hi
  let lo = h.lo
  for (let i = 0; i < chars; i++) {
    text += base32Alphabet[hi >>> 27]
    hi = ((hi << 5) | (lo >>> 27)) >>> 0
    lo = (lo << 5) >>> 0
  }
  return text
}
