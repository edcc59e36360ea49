import { emptyVector } from '@souk/kernel'
import { describe, expect, test } from 'vitest'
import { defaultMarketConfig } from '../src/index.ts'
import { only } from './fixtures.ts'
import { asked, awards, Stall } from './stall.ts'

describe('a host with room that had a waiting task before', () => {
  const back = (stall: Stall) => only(stall.wanted('p'), 'handBack').map(({ task, to }) => [task, to])
  const among = () => {
    const stall = Stall.among('p', 'q')
    stall.comesBack('a', ['p'])
    stall.wake()
    stall.noBid('q')
    return stall
  }

  test('is not given it, but has it begin anew once others have had their time', () => {
    const stall = among()
    expect([back(stall), awards(stall.wanted('p'))]).toEqual([[], []])
    stall.pass(defaultMarketConfig.handBackMs)
    stall.noBid('q')
    expect(awards(stall.wanted('p'))).toEqual([])
    expect(back(stall)).toEqual([['a', 'p']])
    expect(only(stall.wanted('p'), 'send')).toMatchObject([{ message: { t: 'given', count: 0 } }])
  })

  test('leaves it where it waits without room for it, and while others are asked', () => {
    const stall = Stall.among('p', 'q')
    stall.comesBack('a', ['p'])
    expect(asked(stall.wake())).toEqual(['q'])
    stall.now += defaultMarketConfig.handBackMs
    expect(back(stall)).toEqual([])
    stall.noBid('q')
    expect(only(stall.wanted('p', { free: emptyVector() }), 'handBack')).toEqual([])
    expect(back(stall)).toEqual([['a', 'p']])
  })
})
