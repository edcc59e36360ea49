import type { Member } from '@souk/roster'
import type { Advert } from '@souk/wire'
import { expect, test } from 'vitest'
import { ZoneMembers } from '../src/zone-members.ts'
import { offer } from './fixtures.ts'

const inZone = (zone: string) => offer(1, { labels: { zone } })
const saying = (zone: string) => ({ offer: inZone(zone) }) as Advert

/** Another member that this peer has met, in its state since time 0. */
function other(over: Partial<Member>): Member {
  const met = { peer: 'x', role: 'host', state: 'alive', incarnation: 1, reachable: true, sinceMs: 0 } as const
  return { ...met, advert: undefined, newest: undefined, ...over } as Member
}

function among(...members: Member[]): ZoneMembers {
  return new ZoneMembers('self', { version: 1, members: () => members }, () => inZone('a'))
}

function seen(member: Member, now: number) {
  return among(member)
    .at(now)
    .map(({ zone }) => zone)
}

test('its mates are those of its zone that can be reached, and itself', () => {
  const at = (zone: string) => ({ advert: saying(zone) })
  const members = [other({ peer: 'self' }), other(at('a')), other(at('b')), other({ ...at('a'), reachable: false })]
  expect(among(...members).mates(0)).toBe(2)
})

test('one that has begun anew is in the zone that it says in this life, and in any until then', () => {
  expect(seen(other({ newest: saying('a') }), 60_000)).toEqual([undefined])
  const advert = saying('b')
  expect(seen(other({ advert, newest: advert }), 60_000)).toEqual(['b'])
})

test('one that has died is where it was for as long as something of it may run', () => {
  const dead = other({ state: 'dead', newest: saying('a'), reachable: false })
  expect(seen(dead, 4_999)).toEqual(['a'])
  expect(seen(dead, 5_000)).toEqual([])
})

test('one known by name only may be anywhere, for as long as it takes to meet those that are there', () => {
  const unmet = other({ incarnation: 0, reachable: false })
  expect(seen(unmet, 4_999)).toEqual([undefined])
  expect(seen(unmet, 5_000)).toEqual([])
})
