import type { Advert, MemberUpdate } from '@souk/wire'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { advertOf, certificateOf, Lone, update } from './mesh.ts'

const peers = ['a', 'b', 'c', 'd']

type News = { advert: Advert } | { update: MemberUpdate }

const news: fc.Arbitrary<News> = fc.oneof(
  fc
    .record({
      peer: fc.constantFrom(...peers),
      incarnation: fc.integer({ min: 1, max: 3 }),
      seq: fc.integer({ min: 1, max: 4 }),
    })
    .map(({ peer, incarnation, seq }) => ({
      // A certificate renewed with each life.
      advert: advertOf(peer, incarnation, seq, { certificate: certificateOf(peer, { issuedWallMs: incarnation }) }),
    })),
  fc
    .tuple(
      fc.constantFrom(...peers),
      fc.constantFrom<MemberUpdate['state']>('alive', 'suspect', 'dead', 'left'),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 0, max: 2 }),
    )
    .map((said) => ({ update: update(...said) })),
)

/** What a roster knows after hearing it all, in this order, all at one moment. */
function heard(all: readonly News[]) {
  const lone = new Lone('self')
  lone.connect('teller')
  for (const item of all) {
    if ('advert' in item) lone.gossip(item.advert)
    else lone.rumour('teller', item.update)
  }
  return lone.roster.snapshot().members.map(({ peer, state, incarnation, denial, advert, name, addresses }) => ({
    ...{ peer, state, incarnation, denial, name, addresses },
    advert: advert && { incarnation: advert.incarnation, seq: advert.seq, offer: advert.offer },
  }))
}

test('the same adverts and rumours in any order, any number of times, give the same roster (I10)', () => {
  const shuffled = fc.array(news, { maxLength: 24 }).chain((all) =>
    fc.record({
      all: fc.constant(all),
      order: fc.shuffledSubarray(all, { minLength: all.length }),
      again: all.length === 0 ? fc.constant([]) : fc.array(fc.constantFrom(...all), { maxLength: 12 }),
    }),
  )
  fc.assert(
    fc.property(shuffled, ({ all, order, again }) => {
      expect(heard([...order, ...again])).toEqual(heard(all))
    }),
  )
})

test('whatever is heard, incarnations only rise (I9)', () => {
  fc.assert(
    fc.property(fc.array(news, { maxLength: 40 }), (all) => {
      const lone = new Lone('self')
      lone.connect('teller')
      const highest = new Map<string, number>()
      for (const item of all) {
        if ('advert' in item) lone.gossip(item.advert)
        else lone.rumour('teller', item.update)
        for (const member of lone.roster.members()) {
          expect(member.incarnation).toBeGreaterThanOrEqual(highest.get(member.peer) ?? 0)
          highest.set(member.peer, member.incarnation)
        }
      }
    }),
  )
})
