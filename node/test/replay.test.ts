import { replay } from '@souk/market'
import type { Decision } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import { weightsFrom } from '../src/commands/explain.ts'
import { coloursFor } from '../src/print/colours.ts'
import { replayText } from '../src/print/replay-text.ts'
import { ash, elm, names, oak, terms } from './explained.ts'

type Kept = Pick<Decision, 'bids' | 'bidsTotal' | 'winner'>

describe('weighing again', () => {
  const bid = (peer: string, parts: Record<string, number>, startMs = 0) => {
    return { peer, terms: { ...terms, startMs }, score: 0, parts, afterMs: 1 }
  }
  const kept = {
    winner: ash,
    bids: [bid(ash, { used: 0.1, price: 2 }), bid(elm, { used: 0.9, price: 3 }), bid(oak, { used: 1 }, 5)],
    bidsTotal: 5,
  }
  const text = (options: { weights?: string; objective?: string }, decision: Kept = kept) => {
    return replayText(decision, replay(decision, weightsFrom(options)!), names, coloursFor(false, {}))
  }

  test('says who would have won, by how much, and that bids were not kept', () => {
    expect(text({ weights: 'used=-1' })).toBe(`with other weights: used -1
  bid of  starts in  done in p50  p90  takes  in use  price/h  warm  answered in  used  score
  elm       at once            -    -      1    25 %        0  no           1 ms  -0.9   -0.9
  ash       at once            -    -      1    25 %        0  no           1 ms  -0.1   -0.1
  oak          5 ms            -    -      1    25 %        0  no           1 ms    -1     -1
  it would have gone to elm, by 0.8, and not to ash
  2 more bids not kept: one of those might have done better`)
    expect(text({ objective: 'pack' })).toContain('it would have gone to elm')
    expect(text({ objective: 'cheap' })).toContain('it would have gone to ash all the same, by 1')
    expect(text({ weights: 'used=1' }, { ...kept, bids: [] })).toContain('no bids were kept')
    expect(text({ weights: 'used=1' }, { ...kept, bids: [kept.bids[2]!] })).toContain(
      'it would have waited all the same',
    )
  })

  test.each([
    [{ weights: 'weight=1' }, "'weight' is no term of the score; known are start"],
    [{ weights: 'start=NaN' }, 'is no number'],
    [{ weights: 'start=' }, 'is no number'],
    [{ weights: 'start=1e9' }, 'is no number'],
    [{ weights: 'start' }, 'key=value'],
    [{ objective: 'best' }, "'best' is none of balanced"],
    [{ objective: 'pack', weights: 'start=1' }, 'either'],
  ])('refuses %j', (options, message) => {
    expect(() => weightsFrom(options)).toThrow(message)
  })
})
