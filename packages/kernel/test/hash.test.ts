import { expect, test } from 'vitest'
import { base32Alphabet, compareHash, hash64, hashBase32, hashHex } from '../src/index.ts'

test('hashes are those of the published cyrb53 vectors, the same on every machine', () => {
  const hashes = ['a', 'b', 'revenge', 'revenue'].map((text) => hashHex(hash64(text)))
  expect(hashes).toEqual(['501c2ba782c97901', '459eda5bc254d2bf', 'fbce64cc3b748385', 'fb1d85148d13f93a'])
})

test('a seed gives another hash of the same text', () => {
  expect(hashHex(hash64('souk', 7))).toBe('0a68d518f060716d')
  expect(hashHex(hash64('souk', 0))).toBe('f472a60d632406ce')
})

/** Chi-squared of bucket counts against an even spread. */
function chiSquared(counts: number[], total: number): number {
  const expected = total / counts.length
  return counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0)
}

test.each([
  ['high bits', (text: string) => hash64(text).hi >>> 26],
  ['low bits', (text: string) => hash64(text).lo & 63],
  ['with a seed', (text: string) => hash64(text, 7).hi >>> 26],
] as const)('similar texts spread evenly over 64 buckets: %s', (_, bucketOf) => {
  const counts = new Array<number>(64).fill(0)
  const total = 64 * 500
  for (let i = 0; i < total; i++) counts[bucketOf(`task-${i}`)]!++
  // 63 degrees of freedom: above 120 with a chance of 1 in 50,000.
  expect(chiSquared(counts, total)).toBeLessThan(120)
})

test('rendezvous picks each of ten peers for a tenth of the tasks', () => {
  const peers = Array.from({ length: 10 }, (_, i) => `peer-${i}`)
  const wins = new Array<number>(10).fill(0)
  for (let task = 0; task < 5000; task++) {
    const weights = peers.map((peer, index) => ({ index, hash: hash64(`${task}/${peer}`) }))
    weights.sort((a, b) => compareHash(b.hash, a.hash))
    wins[weights[0]!.index]!++
  }
  // 9 degrees of freedom: above 34 with a chance of 1 in 10,000.
  expect(chiSquared(wins, 5000)).toBeLessThan(34)
})

test('hashes of 100,000 texts do not collide', () => {
  const seen = new Set<string>()
  for (let i = 0; i < 100_000; i++) seen.add(hashHex(hash64(`${i}`)))
  expect(seen.size).toBe(100_000)
})

test('base 32 takes the hash from its top, five bits a character', () => {
  const all = { hi: 0xffffffff, lo: 0xffffffff }
  expect(hashBase32(all, 12)).toBe('z'.repeat(12))
  expect(hashBase32({ hi: 0x80000000, lo: 0 }, 2)).toBe('g0')
  expect(hashBase32({ hi: 0, lo: 0x10 }, 12)).toBe('000000000001')
  expect(hashBase32(hash64('souk'), 12).startsWith(hashBase32(hash64('souk'), 5))).toBe(true)
  expect(new Set(base32Alphabet).size).toBe(32)
})

test('comparison looks at the high half first', () => {
  const hashes = [
    { hi: 1, lo: 0 },
    { hi: 0, lo: 0xffffffff },
    { hi: 0, lo: 1 },
  ]
  expect(hashes.toSorted(compareHash).map((h) => h.hi * 2 ** 32 + h.lo)).toEqual([1, 2 ** 32 - 1, 2 ** 32])
  expect(compareHash(hashes[0]!, { ...hashes[0]! })).toBe(0)
})
