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
  const write = log.decide('a', { ...life, newest: undefined })
  expect(write).toEqual({ key, value: life })
  expect(log.decide('a', { ...life, newest: undefined })).toBeUndefined()
  const later = { ...life, incarnation: 3, proof: proofOf('a', 3) }
  expect(log.decide('a', { ...later, newest: advert(3) })).toEqual({ key, value: { ...later, advert: advert(3) } })
  expect(new MemberLog().load([{ key, value: { ...later, advert: advert(3) } }])).toMatchObject([later])
})

test('where it stands and whether it keeps tasks stay known through a life that has not said so yet', () => {
  const life = { certificate: certificate('a'), incarnation: 2, proof: proofOf('a', 2) }
  const log = new MemberLog()
  log.decide('a', { ...life, newest: advert(2) })
  const next = { ...life, incarnation: 3, proof: proofOf('a', 3) }
  expect(log.decide('a', { ...next, newest: advert(2) })?.value).toEqual({ ...next, advert: advert(2) })
  const moved = advert(3)
  moved.offer.labels = { zone: 'b' }
  expect(log.decide('a', { ...next, newest: advert(3) })).toBeDefined()
  expect(log.decide('a', { ...next, newest: { ...advert(3), seq: 2 } })).toBeUndefined()
  expect(log.decide('a', { ...next, newest: moved })?.value).toEqual({ ...next, advert: moved })
})

test('what was written before lives were proven counts, but for adverts that nobody would take', () => {
  const { proof: _, ...unproven } = advert(2)
  const member = { certificate: certificate('a'), incarnation: 2 }
  expect(new MemberLog().load([{ key, value: { ...member, advert: unproven } }])).toEqual([member])
})
