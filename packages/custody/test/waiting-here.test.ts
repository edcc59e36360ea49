import { describe, expect, test } from 'vitest'
import type { BearerEffect } from '../src/index.ts'
import { Carrier } from './carrier.ts'
import { only, record, sent, told, trio } from './fixtures.ts'

const path = ['origin', 'w1']

/** The last one that an award reached, which has no room either. */
function crowded(): { carrier: Carrier; effects: BearerEffect[] } {
  const carrier = new Carrier('w2')
  carrier.award('a', { record: record('a', {}, trio), path, bounces: 1 }, 'w1')
  return { carrier, effects: carrier.admit('a', 'wait') }
}

describe('a baton that finds no room where it ends up', () => {
  test('stays there and is for market to place, with anybody but those who had it', () => {
    const { carrier, effects } = crowded()
    expect(only(effects, 'waiting')).toMatchObject([{ avoid: path, attempts: 0 }])
    expect(only(effects, 'take')).toEqual([])
    expect(carrier.state('a')).toBe('waiting')
  })

  test('is accepted, so its giver forgets it', () => {
    const { effects } = crowded()
    expect(sent(effects, 'accept').map(({ to }) => to)).toEqual(['w1'])
  })

  test('moves on with all who had it on its path, and may bounce anew', () => {
    const { carrier } = crowded()
    const [award] = sent(carrier.handOver('a', 'w3', { alternates: ['w4'] }), 'award')
    expect(award).toMatchObject({
      to: 'w3',
      message: { batons: [{ path: [...path, 'w2'], moves: 1, bounces: 0, alternates: [{ peer: 'w4' }] }] },
    })
  })

  test('runs there once market keeps it', () => {
    const { carrier } = crowded()
    expect(only(carrier.keep('a'), 'take')).toMatchObject([{ attempt: 1, leased: true }])
  })

  test('has its custodians told who bears it now, and is not given up while they answer', () => {
    const { carrier } = crowded()
    const news = carrier.pass(150)
    expect(told(news, 'renew')).toEqual(trio)
    const after = carrier.pass(5_000, (effect) => {
      if (effect.type !== 'send' || effect.message.t !== 'renew') return
      const { seq } = effect.message
      carrier.message(effect.to, { t: 'renewed', seq, again: false, refused: [], lacking: [] })
    })
    expect(only(after, 'givenUp')).toEqual([])
    expect(carrier.state('a')).toBe('waiting')
  })

  test('is given up where they do not answer', () => {
    const { carrier } = crowded()
    expect(only(carrier.pass(5_000), 'givenUp')).toMatchObject([{ code: 'lease-lost' }])
  })
})
