import type { LoadStamp } from '@souk/wire'
import { expect, test } from 'vitest'
import { LoadTable } from '../src/load-table.ts'
import { UnheardAwards } from '../src/unheard-awards.ts'
import { loadsView } from '../src/views.ts'

const stamp: LoadStamp = { seq: 1, waiting: 0, freeSlots: 2, running: 0, draining: false, saidMs: 900_000 }

test('room that an earlier life of a host told of is nobody’s: the life that is known now counts time anew', () => {
  let incarnation = 1
  const loads = new LoadTable()
  const member = { get: () => ({ incarnation }) } as unknown as Parameters<typeof loadsView>[2]
  const view = loadsView(loads, new UnheardAwards(), member)
  loads.set({ peer: 'p', incarnation: 1 }, stamp, 50)
  expect(view.free('p', 60)).toEqual({ slots: 2, saidMs: 900_000, ageMs: 10 })
  incarnation = 2
  expect(view.free('p', 60)).toBeUndefined()
  loads.set({ peer: 'p', incarnation: 2 }, { ...stamp, saidMs: 40 }, 70)
  expect(view.free('p', 80)).toEqual({ slots: 2, saidMs: 40, ageMs: 10 })
})
