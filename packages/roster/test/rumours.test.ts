import type { MemberUpdate } from '@souk/wire'
import { limits } from '@souk/wire'
import { expect, test } from 'vitest'
import { advertOf, Lone, update } from './mesh.ts'

/** The updates that ride on the answer to one empty ping. */
function told(lone: Lone): MemberUpdate[] {
  lone.effects()
  lone.rumour('teller')
  return lone.effects().flatMap((e) => (e.type === 'send' && e.message.t === 'ack' ? e.message.updates : []))
}

function knowing(peers: number): Lone {
  const lone = new Lone('m')
  lone.connect('teller')
  for (let i = 0; i < peers; i++) lone.gossip(advertOf(`p${i}`, 1, 1))
  return lone
}

test('a rumour is told a bounded number of times, more often in a larger mesh', () => {
  const tellings = (peers: number) => {
    const lone = knowing(peers)
    lone.rumour('teller', update('p0', 'suspect', 1))
    let count = 1
    while (told(lone).length > 0) count++
    return count
  }
  expect(tellings(7)).toBe(4)
  expect(tellings(97)).toBe(8)
})

test('what has been told least goes first, and no message carries more than the limit', () => {
  const lone = knowing(40)
  lone.rumour('teller', ...Array.from({ length: 16 }, (_, i) => update(`p${i}`, 'suspect', 1)))
  const again = told(lone)
  lone.effects()
  lone.rumour('teller', update('p39', 'suspect', 1))
  const [answer] = lone
    .effects()
    .flatMap((e) => (e.type === 'send' && e.message.t === 'ack' ? [e.message.updates] : []))
  expect(again).toHaveLength(limits.updatesMax)
  expect(answer).toHaveLength(limits.updatesMax)
  expect(answer![0]!.peer).toBe('p39')
})

test('news about a peer replaces the rumour before it', () => {
  const lone = knowing(3)
  lone.rumour('teller', update('p0', 'suspect', 1))
  lone.rumour('teller', update('p0', 'dead', 1))
  expect(told(lone)).toEqual([update('p0', 'dead', 1)])
})

test('what is heard twice is not told anew', () => {
  const lone = knowing(3)
  lone.rumour('teller', update('p0', 'suspect', 1))
  while (told(lone).length > 0);
  lone.rumour('teller', update('p0', 'suspect', 1))
  expect(told(lone)).toEqual([])
})

test('rumours about peers nobody knows are kept within bounds and told to nobody', () => {
  const lone = new Lone('m', { earlyUpdatesMax: 4 })
  lone.connect('teller')
  for (let i = 0; i < 20; i++) lone.rumour('teller', update(`ghost${i}`, 'dead', 1))
  expect(told(lone)).toEqual([])
  expect(lone.roster.snapshot().rumours).toBe(0)
  lone.gossip(advertOf('ghost0', 1, 1))
  lone.gossip(advertOf('ghost19', 1, 1))
  expect(lone.roster.get('ghost0')?.state).toBe('alive')
  expect(lone.roster.get('ghost19')?.state).toBe('dead')
})
