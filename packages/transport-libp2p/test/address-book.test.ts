import { Prng } from '@souk/kernel'
import { expect, test } from 'vitest'
import { AddressBook } from '../src/address-book.ts'
import { defaultTuning } from '../src/tuning.ts'

const tuning = { ...defaultTuning, knownPeersMax: 3, strangerFailuresMax: 2 }
const book = () => new AddressBook('self', tuning, new Prng(1))
const free = () => false
const lost = { code: 'cannot-reach', message: 'gone' }

test('a new peer is due soon, and not while it is busy or has no address', () => {
  const b = book()
  b.learn('zed', ['/ip4/10.0.0.1/tcp/1'], 0)
  b.learn('yan', [], 0)
  expect(b.due(tuning.redialMsMin, 9, free).map((p) => p.peer)).toEqual(['zed'])
  expect(b.due(tuning.redialMsMin, 9, () => true)).toEqual([])
  expect(b.due(tuning.redialMsMin, 0, free)).toEqual([])
})

test('this peer itself is never learned', () => {
  expect(book().learn('self', ['/ip4/10.0.0.1/tcp/1'], 0)).toBeUndefined()
})

test('pauses between failures grow to their limit and no further', () => {
  const b = book()
  const known = b.learn('zed', ['/ip4/10.0.0.1/tcp/1'], 0)
  b.onConnected('zed')
  let last = 0
  for (let i = 0; i < 30; i++) {
    b.onFailure('zed', lost, false, 0)
    last = known?.notBefore ?? 0
    expect(last).toBeLessThanOrEqual(tuning.redialMsMax * 1.5)
  }
  expect(last).toBeGreaterThanOrEqual(tuning.redialMsMax / 2)
})

test('a new address is tried at once, unless the peer refused us', () => {
  const b = book()
  const known = b.learn('zed', ['/ip4/10.0.0.1/tcp/1'], 0)
  b.onConnected('zed')
  for (let i = 0; i < 5; i++) b.onFailure('zed', lost, false, 0)
  b.learn('zed', ['/ip4/10.0.0.2/tcp/1'], 10)
  expect(known?.notBefore).toBe(10)
  b.onFailure('zed', { code: 'certificate-expired', message: '' }, true, 10)
  b.learn('zed', ['/ip4/10.0.0.3/tcp/1'], 20)
  expect(known?.notBefore).toBeGreaterThanOrEqual(tuning.refusedMs / 2)
})

test('addresses name their peer, are told apart, newest first and loopback last', () => {
  const b = book()
  b.learn('zed', ['/ip4/127.0.0.1/tcp/1', '/ip4/10.0.0.1/tcp/1/p2p/zed'], 0)
  b.learn('zed', ['/ip4/10.0.0.2/tcp/1', '/ip4/10.0.0.1/tcp/1'], 0)
  expect(b.get('zed')?.addresses).toEqual([
    '/ip4/10.0.0.2/tcp/1/p2p/zed',
    '/ip4/10.0.0.1/tcp/1/p2p/zed',
    '/ip4/127.0.0.1/tcp/1/p2p/zed',
  ])
})

test('strangers are forgotten after a few failures and make room for others; members are not', () => {
  const b = book()
  for (const peer of ['a', 'b', 'c']) b.learn(peer, ['/ip4/10.0.0.1/tcp/1'], 0)
  b.onConnected('a')
  for (let i = 0; i < 9; i++) for (const peer of ['a', 'b']) b.onFailure(peer, lost, false, 0)
  expect(b.all().map((p) => p.peer)).toEqual(['a', 'c'])
  b.learn('d', ['/ip4/10.0.0.1/tcp/1'], 0)
  b.learn('e', ['/ip4/10.0.0.1/tcp/1'], 0)
  expect(b.all().map((p) => p.peer)).toEqual(['a', 'd', 'e'])
  for (const peer of ['d', 'e']) b.onConnected(peer)
  expect(b.learn('f', ['/ip4/10.0.0.1/tcp/1'], 0)).toBeUndefined()
})
