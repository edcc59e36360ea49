import { hash, randomBytes } from 'node:crypto'
import { base32Alphabet } from '@souk/kernel'

const nonceChars = 23

/** The first 23 base-32 characters of sha-256 over tenant, NUL, key: equal keys make equal tasks. */
export function nonceOf(tenant: string, key: string): string {
  return base32(hash('sha256', `${tenant}\0${key}`, 'buffer'))
}

/** For a task without a key. */
export function randomNonce(): string {
  return base32(randomBytes(15))
}

/** 5 bits a character; 23 characters need 15 bytes */
function base32(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < nonceChars; i++) {
    const bit = i * 5
    const pair = (bytes[bit >> 3]! << 8) | (bytes[(bit >> 3) + 1] ?? 0)
    text += base32Alphabet[(pair >> (11 - (bit & 7))) & 31]
  }
  return text
}
