import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chooseCustodians, rankKeepers } from '../src/index.ts'
import { custodianCount, decideSuccession } from '../src/rendezvous.ts'
import { idOf, keepers } from './fixtures.ts'

const peers = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7', 'p8']
const someKeepers = fc.uniqueArray(
  fc.record({ peer: fc.constantFrom(...peers), domain: fc.constantFrom('d1', 'd2', 'd3') }),
  { selector: ({ peer }) => peer, minLength: 1 },
)
const counts = fc.constantFrom(1, 3, 5)
const names = fc.constantFrom('a', 'b', 'c', 'd', 'e')

describe('the number of custodians', () => {
  test.each([
    [1, 1, 1],
    [2, 2, 1],
    [3, 3, 3],
    [3, 2, 1],
    [40, 4, 3],
    [40, 40, 3],
  ])('with %i members of which %i keep custody is %i', (members, keeping, count) => {
    expect(custodianCount(members, keeping, 3)).toBe(count)
  })

  test('is five where that is asked for and there are so many', () => {
    expect([3, 4, 5, 9].map((n) => custodianCount(n, n, 5))).toEqual([3, 3, 5, 5])
  })
})

describe('the custodians of a task', () => {
  test('are the same whoever looks, in whatever order it knows the members', () => {
    fc.assert(
      fc.property(names, someKeepers, counts, fc.infiniteStream(fc.nat()), (name, all, count, order) => {
        const shuffled = all
          .map((keeper) => ({ keeper, at: order.next().value }))
          .sort((a, b) => a.at - b.at)
          .map(({ keeper }) => keeper)
        expect(chooseCustodians(idOf(name), shuffled, count)).toEqual(chooseCustodians(idOf(name), all, count))
      }),
    )
  })

  test('are as many as there can be, each once, and from as many domains as there can be', () => {
    fc.assert(
      fc.property(names, someKeepers, counts, (name, all, count) => {
        const chosen = chooseCustodians(idOf(name), all, count)
        expect(new Set(chosen).size).toBe(Math.min(count, all.length))
        const domains = new Set(chosen.map((peer) => all.find((keeper) => keeper.peer === peer)!.domain))
        expect(domains.size).toBe(Math.min(chosen.length, new Set(all.map(({ domain }) => domain)).size))
      }),
    )
  })

  test('come in one order wherever they are the same, whatever is known of their domains', () => {
    fc.assert(
      fc.property(
        names,
        someKeepers,
        counts,
        fc.array(fc.constantFrom('d1', 'd2', 'd3')),
        (name, all, count, domains) => {
          const otherwise = all.map((keeper, i) => ({ ...keeper, domain: domains[i] ?? keeper.peer }))
          const [one, other] = [all, otherwise].map((known) => chooseCustodians(idOf(name), known, count))
          fc.pre(one!.every((peer) => other!.includes(peer)))
          expect(other).toEqual(one)
        },
      ),
    )
  })

  test('stay when somebody joins whom the task ranks below them', () => {
    fc.assert(
      fc.property(names, fc.constantFrom(...peers), (name, joining) => {
        const before = keepers(...peers.filter((peer) => peer !== joining))
        const ranked = rankKeepers(idOf(name), keepers(...peers)).map(({ peer }) => peer)
        fc.pre(ranked.indexOf(joining) >= 3)
        expect(chooseCustodians(idOf(name), keepers(...peers), 3)).toEqual(chooseCustodians(idOf(name), before, 3))
      }),
    )
  })

  test('differ from task to task, so that everybody keeps some', () => {
    const keeping = new Set([...'abcdefghjk'].flatMap((name) => chooseCustodians(idOf(name), keepers(...peers), 3)))
    expect([...keeping].sort()).toEqual(peers)
  })
})

describe('a succession', () => {
  const succession = (custodians: string[], all: string[], lost: string[], count = 3) =>
    decideSuccession(idOf('a'), custodians, keepers(...all), { count, gone: (peer) => lost.includes(peer) })

  test('keeps those that are left, in their order, and fills the place of who is gone', () => {
    expect(succession(['p3', 'p1', 'p2'], ['p1', 'p2', 'p3', 'p4'], ['p1'])).toEqual(['p3', 'p2', 'p4'])
  })

  test('prefers a domain in which nobody keeps it yet', () => {
    const all = ['p1@x', 'p2@y', 'p3@z', 'p4@x', 'p5@y', 'p6@new']
    expect(succession(['p1', 'p2', 'p3'], all, ['p3'])).toEqual(['p1', 'p2', 'p6'])
    expect(succession(['p1', 'p2', 'p3'], all.slice(0, 5), ['p3'])).toHaveLength(3)
  })

  test('is none where nobody is gone, and none where nobody could take the place', () => {
    expect(succession(['p1', 'p2', 'p3'], ['p1', 'p2', 'p3', 'p4'], [])).toBeUndefined()
    expect(succession(['p1', 'p2', 'p3'], ['p1', 'p2', 'p3'], ['p3'])).toBeUndefined()
  })

  test('grows from one to three with the mesh, and shrinks to one with it', () => {
    expect(succession(['p1'], ['p1', 'p2', 'p3'], [])).toEqual(expect.arrayContaining(['p1', 'p2', 'p3']))
    expect(succession(['p1', 'p2', 'p3'], ['p1', 'p2'], ['p3'], 1)).toEqual(['p1'])
  })

  test('names the wanted number of living keepers, and whoever of them keeps it already', () => {
    fc.assert(
      fc.property(names, fc.subarray(peers, { maxLength: 4 }), fc.constantFrom(1, 3), (name, lost, before) => {
        const custodians = chooseCustodians(idOf(name), keepers(...peers), before)
        const facts = { count: 3, gone: (peer: string) => lost.includes(peer) }
        const next = decideSuccession(idOf(name), custodians, keepers(...peers), facts)
        if (!next) {
          expect(custodians.filter((peer) => !lost.includes(peer))).toHaveLength(3)
          return
        }
        expect(new Set(next).size).toBe(3)
        expect(next.filter((peer) => lost.includes(peer))).toEqual([])
        expect(next).toEqual(expect.arrayContaining(custodians.filter((peer) => !lost.includes(peer))))
      }),
    )
  })
})
