import { randomBytes } from 'node:crypto'
import { pureJsCrypto } from '@libp2p/noise'
import { Uint8ArrayList } from 'uint8arraylist'
import { expect, test } from 'vitest'
import { noiseCrypto } from '../src/noise-crypto.ts'

const key = randomBytes(32)
const nonce = randomBytes(12)
const sizes = [0, 1, 64, 1199, 1200, 65_519]
const asBuffer = (bytes: Uint8Array | Uint8ArrayList) => Buffer.from(bytes.subarray())

test.each(sizes)('a packet of %i bytes is what every implementation makes of it', (size) => {
  const text = randomBytes(size)
  for (const ad of [new Uint8Array(), randomBytes(32)]) {
    const other = asBuffer(pureJsCrypto.chaCha20Poly1305Encrypt(text, nonce, ad, key))
    const own = noiseCrypto.chaCha20Poly1305Encrypt(text, nonce, ad, key)
    const list = noiseCrypto.chaCha20Poly1305Encrypt(new Uint8ArrayList(text, text), nonce, ad, key)
    expect(asBuffer(own)).toEqual(other)
    expect(asBuffer(noiseCrypto.chaCha20Poly1305Decrypt(other, nonce, ad, key))).toEqual(text)
    expect(asBuffer(noiseCrypto.chaCha20Poly1305Decrypt(new Uint8ArrayList(list.subarray()), nonce, ad, key))).toEqual(
      Buffer.concat([text, text]),
    )
  }
})

test('a packet that comes in pieces, its tag among them, is read', () => {
  const text = randomBytes(500)
  const packet = noiseCrypto.chaCha20Poly1305Encrypt(text, nonce, new Uint8Array(), key).subarray()
  const pieces = new Uint8ArrayList(packet.subarray(0, 7), packet.subarray(7, 508), packet.subarray(508))
  expect(asBuffer(noiseCrypto.chaCha20Poly1305Decrypt(pieces, nonce, new Uint8Array(), key))).toEqual(text)
})

test('a packet that was changed, cut short, or made under another key or name is refused', () => {
  const ad = randomBytes(32)
  const packet = asBuffer(noiseCrypto.chaCha20Poly1305Encrypt(randomBytes(100), nonce, ad, key))
  const open = (bytes: Uint8Array, with_: { ad?: Uint8Array; key?: Uint8Array } = {}) =>
    noiseCrypto.chaCha20Poly1305Decrypt(bytes, nonce, with_.ad ?? ad, with_.key ?? key)
  expect(open(packet).byteLength).toBe(100)
  const changed = Buffer.from(packet)
  changed[3]! ^= 1
  expect(() => open(changed)).toThrow()
  expect(() => open(packet.subarray(0, 115))).toThrow()
  expect(() => open(packet.subarray(0, 15))).toThrow(/no tag/)
  expect(() => open(packet, { ad: randomBytes(32) })).toThrow()
  expect(() => open(packet, { key: randomBytes(32) })).toThrow()
})
