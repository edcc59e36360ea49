import { defaultHostConfig, Host } from '@souk/host'
import type { Baton } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import { decideAdmission } from '../src/admission.ts'
import { idOf, offer, spec } from './fixtures.ts'

/** A host with so many slots free. */
function host(free: number): Host {
  const host = new Host(defaultHostConfig, { devices: () => undefined, meanMs: () => undefined, linesUp: () => false })
  const { capacity } = offer(free)
  host.step({ type: 'capacity', capacity }, 0, [])
  return host
}

function baton(over: Partial<Baton> = {}): Baton {
  const record = { id: idOf('a'), spec: spec(), origin: 'p0', submittedWallMs: 0, custodians: ['p0'], version: 1 }
  return {
    record,
    ballot: { counter: 1, peer: 'p0', incarnation: 1 },
    incarnation: 1,
    offeredMs: 0,
    path: ['p0'],
    alternates: [],
    bounces: 0,
    moves: 0,
    leaseAgeMs: 0,
    attempts: [],
    ...over,
  }
}

const alternates = [{ peer: 'p2', incarnation: 1, offeredMs: 0 }]
const decide = (
  given: Baton,
  { free = 0, crowded = true, mayMove = true, pressure = undefined as string | undefined } = {},
) =>
  decideAdmission(given, {
    ...{ offer: offer(4), host: host(free), pressure },
    crowded: () => crowded,
    hasWord: () => true,
    mayMoveOne: () => mayMove,
  })

describe('an award', () => {
  test('is taken where there is room', () => {
    expect(decide(baton({ alternates }), { free: 1 })).toEqual({ do: 'take' })
  })

  test('goes on to its alternates where there is none', () => {
    expect(decide(baton({ alternates, bounces: 1 }))).toMatchObject({ do: 'refuse', refusal: { code: 'no-room' } })
  })

  test('waits for market at the last one that it reaches, when its turn would be far off', () => {
    expect(decide(baton())).toEqual({ do: 'wait' })
    expect(decide(baton({ alternates, bounces: 2 }))).toEqual({ do: 'wait' })
  })

  test('is queued there when its turn comes sooner than another place would be found', () => {
    expect(decide(baton(), { crowded: false })).toEqual({ do: 'take' })
  })

  test('is queued where no more may be passed on: it is switched off, or there were too many of late', () => {
    expect(decide(baton(), { mayMove: false })).toEqual({ do: 'take' })
  })

  test('goes on from a host under pressure, whatever is free there, or waits there for another', () => {
    const pressed = { free: 1, pressure: 'too little memory' }
    const refusal = { code: 'pressure', never: false, detail: 'too little memory' }
    expect(decide(baton({ alternates }), pressed)).toEqual({ do: 'refuse', refusal })
    expect(decide(baton(), pressed)).toEqual({ do: 'wait' })
    expect(decide(baton(), { ...pressed, mayMove: false })).toEqual({ do: 'refuse', refusal })
  })

  test('is queued once it has moved three times, or its path has no room for another placement', () => {
    expect(decide(baton({ moves: 3 }))).toEqual({ do: 'take' })
    expect(decide(baton({ path: ['a', 'b', 'c', 'd', 'e'] }))).toEqual({ do: 'wait' })
    expect(decide(baton({ path: ['a', 'b', 'c', 'd', 'e', 'f'] }))).toEqual({ do: 'take' })
  })
})
