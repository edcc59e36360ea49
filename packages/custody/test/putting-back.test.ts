import { describe, expect, test } from 'vitest'
import { Carrier } from './carrier.ts'
import { ballot, idOf, only, record, sent, trio } from './fixtures.ts'

const path = ['origin', 'w1']
const putBack = (carrier: Carrier, name = 'a') =>
  carrier.step({ type: 'dropped', task: idOf(name), ballot: ballot(), code: 'put-back' })

/** Taken from w1 into the queue of this host. */
function queued(spec: Parameters<typeof record>[1] = {}, moves = 0): Carrier {
  const carrier = new Carrier('w2')
  carrier.award('a', { record: record('a', spec, trio), path, moves }, 'w1')
  carrier.admit('a', 'take')
  return carrier
}

describe('a queued baton that its host puts back', () => {
  test('waits for market again under the same ballot, and nothing is given up', () => {
    const carrier = queued()
    const effects = putBack(carrier)
    expect(only(effects, 'waiting')).toMatchObject([{ record: { id: idOf('a') }, avoid: path, again: true }])
    expect(only(effects, 'givenUp')).toEqual([])
    expect(carrier.state('a')).toBe('waiting')
  })

  test('goes on with all who had it on its path, one move further', () => {
    const carrier = queued({}, 1)
    putBack(carrier)
    const [award] = sent(carrier.handOver('a', 'w3'), 'award')
    expect(award).toMatchObject({ to: 'w3', message: { batons: [{ path: [...path, 'w2'], moves: 2 }] } })
  })

  test('may be kept here after all, and is queued again', () => {
    const carrier = queued()
    putBack(carrier)
    expect(only(carrier.keep('a'), 'take')).toMatchObject([{ record: { id: idOf('a') } }])
  })

  test('goes back to its custodians where it starts at most once: they have heard that it may begin', () => {
    const carrier = queued({ starts: 'at-most-once' })
    const begun = { t: 'begun' as const, task: idOf('a'), version: record('a', {}, trio).version, ballot: ballot() }
    for (const peer of trio) carrier.message(peer, begun)
    expect(carrier.state('a')).toBe('queued')
    expect(only(putBack(carrier), 'givenUp')).toMatchObject([{ code: 'put-back' }])
  })

  test('that was told to end meanwhile ends', () => {
    const carrier = queued()
    carrier.step({ type: 'giveBack', tasks: [idOf('a')], why: 'draining' })
    expect(only(putBack(carrier), 'givenUp')).toMatchObject([{ code: 'draining' }])
  })
})

describe('a waiting baton that only who had it before has room for', () => {
  const handBack = (carrier: Carrier) => carrier.step({ type: 'giveBack', tasks: [idOf('a')], why: 'had-before' })

  test('begins anew with its custodians, and is no attempt that ran', () => {
    const carrier = queued()
    putBack(carrier)
    const effects = handBack(carrier)
    expect(only(effects, 'givenUp')).toMatchObject([{ task: idOf('a'), code: 'had-before' }])
    expect(sent(effects, 'giveUp').map(({ to, message }) => [to, message.code])).toEqual(
      trio.map((peer) => [peer, 'had-before']),
    )
    expect(carrier.state('a')).toBeUndefined()
  })

  test('stays where it has found a place meanwhile', () => {
    const carrier = queued()
    expect(only(handBack(carrier), 'givenUp')).toEqual([])
    expect(carrier.state('a')).toBe('queued')
  })
})

test('custodians hear how often a task was moved, and from where it came', () => {
  const carrier = queued({}, 2)
  const adds = sent(carrier.pass(150), 'renew').flatMap(({ message }) => message.adds)
  expect(adds).toHaveLength(3)
  expect(adds).toMatchObject(Array(3).fill({ task: idOf('a'), state: 'queued', moves: 2, path }))
})
