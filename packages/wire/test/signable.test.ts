import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Advert, Certificate, decodeAdvert, encodeAdvert, signableAdvert, signableCertificate } from '../src/index.ts'
import { arbitraryOf } from './arbitraries.ts'

/** The same value with every object's keys in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  )
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

test('what is signed does not depend on the order of keys, nor on a journey', () => {
  fc.assert(
    fc.property(arbitraryOf(Advert), (advert) => {
      const signed = hex(signableAdvert(advert))
      expect(hex(signableAdvert(reversed(advert) as Advert))).toBe(signed)
      const arrived = decodeAdvert(encodeAdvert(advert))
      expect(arrived.ok && hex(signableAdvert(arrived.value))).toBe(signed)
    }),
    { numRuns: 40 },
  )
})

test('the signature itself is not signed', () => {
  fc.assert(
    fc.property(arbitraryOf(Advert), fc.uint8Array({ maxLength: 64 }), (advert, signature) => {
      expect(signableAdvert({ ...advert, signature })).toEqual(signableAdvert(advert))
      const { certificate } = advert
      expect(signableCertificate({ ...certificate, signature })).toEqual(signableCertificate(certificate))
    }),
    { numRuns: 20 },
  )
})

/** Every value inside, each replaced by another one, one at a time. */
function* variations(value: unknown): Generator<unknown> {
  if (typeof value === 'number') yield value + 1
  else if (typeof value === 'boolean') yield !value
  else if (typeof value === 'string') yield `${value}x`
  else if (value instanceof Uint8Array) yield Uint8Array.of(...value, 1)
  else if (Array.isArray(value)) {
    yield [...value, 'x']
    for (const [i, inner] of value.entries()) for (const v of variations(inner)) yield value.with(i, v)
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) for (const v of variations(inner)) yield { ...value, [key]: v }
  }
}

test('every field but the signature is signed', () => {
  fc.assert(
    fc.property(arbitraryOf(Advert), (advert) => {
      const { signature, ...rest } = advert
      const seen = new Set([hex(signableAdvert(advert))])
      let variants = 0
      for (const variant of variations(rest)) {
        variants++
        seen.add(hex(signableAdvert({ ...(variant as Advert), signature })))
      }
      expect(seen.size).toBe(variants + 1)
      const { signature: meshSignature, ...certificate } = advert.certificate
      for (const variant of variations(certificate)) {
        const changed = signableCertificate({ ...(variant as Certificate), signature: meshSignature })
        expect(changed).not.toEqual(signableCertificate(advert.certificate))
      }
    }),
    { numRuns: 10 },
  )
})

test('an advert that says nothing of demand is signed as before there was such a thing', () => {
  const { demand: _, ...advert } = fc.sample(arbitraryOf(Advert), { numRuns: 1, seed: 1 })[0]!
  const head = (signed: Uint8Array) => new TextDecoder().decode(signed).match(/souk-advert-\d/)?.[0]
  expect(head(signableAdvert(advert))).toBe('souk-advert-3')
  expect(head(signableAdvert({ ...advert, demand: { bucketMs: 1, classes: [] } }))).toBe('souk-advert-4')
})

test('a label moved between neighbours is another advert', () => {
  const advert = fc.sample(arbitraryOf(Advert), { numRuns: 1, seed: 1 })[0]!
  const withLabels = (labels: Record<string, string>) =>
    signableAdvert({ ...advert, offer: { ...advert.offer, labels } })
  expect(withLabels({ ab: 'c' })).not.toEqual(withLabels({ a: 'bc' }))
})

test('a certificate cannot pass for an advert', () => {
  const certificate = fc.sample(arbitraryOf(Certificate), { numRuns: 1, seed: 1 })[0]!
  expect(new TextDecoder().decode(signableCertificate(certificate))).toContain('souk-certificate-1')
})
