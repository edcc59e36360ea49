import { expect, test } from 'vitest'
import { MemberLog } from '../src/member-log.ts'
import { certificate, offer, proofOf } from './fixtures.ts'

const key = 'member/a'
const advert = (incarnation: number) => {
  const life = { incarnation, proof: proofOf('a', incarnation) }
  const facts = { addresses: [], offer: offer(1), certificate: certificate('a'), signature: new Uint8Array() }
  return { peer: 'a', ...life, seq: 1, ...facts }
}

test('each life of a member is written once, with its word for it, and read again', () => {
  const life = { certificate: certificate('a'), incarnation: 2, proof: proofOf('a', 2) }
  const log = new MemberLog()
  const write = log.decide('a', { ...life, advert: undefined })
  expect(write).toEqual({ key, value: life })
  expect(log.decide('a', { ...life, advert: undefined })).toBeUndefined()
  const later = { ...life, incarnation: 3, proof: proofOf('a', 3), advert: advert(3) }
  expect(log.decide('a', later)).toEqual({ key, value: later })
  expect(new MemberLog().load([{ key, value: later }])).toEqual([later])
})

test('what was written before lives were proven counts, but for adverts that nobody would take', () => {
  const { proof: _, ...unproven } = advert(2)
  const member = { certificate: certificate('a'), incarnation: 2 }
  expect(new MemberLog().load([{ key, value: { ...member, advert: unproven } }])).toEqual([member])
})
