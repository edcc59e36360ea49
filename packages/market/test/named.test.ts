import { emptyRequest } from '@souk/kernel'
import type { MessageOf } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import { defaultMarketConfig } from '../src/index.ts'
import { Booth } from './booth.ts'
import { only, vector } from './fixtures.ts'
import { awards, Stall } from './stall.ts'

const named = { tasks: ['b', 'c', 'x'], code: 'idle-beside-queue', reason: 'a plan' }

describe('a bearer that is asked for tasks by name', () => {
  /** Tasks a, b and c wait since no host has room; q had z before and must not get it. */
  function waiting(): Stall {
    const stall = Stall.among('p', 'q')
    stall.wait(['a', 'b', 'c'])
    for (const peer of ['p', 'q']) stall.noBid(peer)
    stall.comesBack('z', ['q'])
    return stall
  }
  const ask = (stall: Stall, from: string, tasks: string[], over: Partial<MessageOf<'wanted'>> = {}) =>
    stall.step({
      type: 'named',
      from,
      message: { ...wantedMessage, named: { ...named, tasks: tasks }, ...over },
      tasks: tasks,
      left: [{ code: 'running', count: 2 }],
    })
  const wantedMessage: MessageOf<'wanted'> = {
    ...{ t: 'wanted', want: 7, free: vector(), count: 9, aheadMs: 0, concurrent: 0, offeredMs: 3 },
  }

  test('gives those and no others, with the reason, and says of the rest why not', () => {
    const stall = waiting()
    const out = ask(stall, 'q', ['c', 'x', 'z', 'c'])
    expect(awards(out)).toEqual([['q', ['c']]])
    expect(only(out, 'award')[0]).toMatchObject({
      to: { peer: 'q', offeredMs: 3 },
      alternates: [],
      decision: { how: 'wanted', winner: 'q', move: { code: 'idle-beside-queue', from: 'self', reason: 'a plan' } },
    })
    const [given] = only(out, 'send').map(({ message }) => message)
    expect(given).toMatchObject({ t: 'given', want: 7, count: 1 })
    expect((given as MessageOf<'given'>).left).toEqual([
      { code: 'running', count: 2 },
      { code: 'gone', count: 1 },
      { code: 'on-path', count: 1 },
    ])
    expect(stall.held).toBe(3)
  })

  test('gives no more than there is room for there', () => {
    const out = ask(waiting(), 'p', ['a', 'b', 'c'], { free: { ...vector(), slots: 2 } })
    expect(awards(out)).toEqual([['p', ['a', 'b']]])
    expect(only(out, 'send')[0]!.message).toMatchObject({ left: [{ code: 'running' }, { code: 'no-room', count: 1 }] })
  })

  test('gives what must be apart as what is there allows, as far as that is told', () => {
    const apart = { group: 'db', apart: [{ group: 'db', required: true }] }
    const tied = () => {
      const stall = Stall.among('p', 'q')
      stall.wait(['a', 'b'], apart)
      for (const peer of ['p', 'q']) stall.noBid(peer)
      return stall
    }
    const answer = (ties?: MessageOf<'wanted'>['ties']) => {
      const out = ask(tied(), 'q', ['a', 'b'], ties ? { ties } : {})
      return { awards: awards(out), left: (only(out, 'send')[0]!.message as MessageOf<'given'>).left!.slice(1) }
    }
    expect(answer()).toEqual({ awards: [], left: [{ code: 'tied', count: 2 }] })
    expect(answer([])).toEqual({ awards: [['q', ['a']]], left: [{ code: 'not-apart', count: 1 }] })
    expect(answer([{ group: 'db' }])).toEqual({ awards: [], left: [{ code: 'not-apart', count: 2 }] })
  })

  test('gives them what there is room for of what they ask for, and the award says which', () => {
    const cpus = { ...emptyRequest(), cpuMilli: 1000 }
    const gpu = { ...emptyRequest(), gpu: { count: 1, milli: 1000 } }
    const stall = Stall.among('p', 'q')
    stall.wait(['a', 'b', 'c'], { request: gpu, alternatives: [cpus] })
    for (const peer of ['p', 'q']) stall.noBid(peer)
    const out = ask(stall, 'q', ['a', 'b', 'c'], { free: { ...vector(), cpuMilli: 2000, gpuMilli: [] } })
    expect(awards(out)).toEqual([['q', ['a', 'b']]])
    expect(only(out, 'award')[0]).toMatchObject({ to: { peer: 'q', alternative: 1 }, decision: { alternative: 1 } })
    expect(only(out, 'send')[0]!.message).toMatchObject({ left: [{ code: 'running' }, { code: 'no-room', count: 1 }] })
  })

  test('gives nothing to who is no host that it knows', () => {
    const out = ask(waiting(), 'nobody', ['a'])
    expect(awards(out)).toEqual([])
    expect(only(out, 'send')[0]!.message).toMatchObject({ left: [{ code: 'running' }, { code: 'not-reachable' }] })
  })
})

describe('a host that is told to fetch tasks', () => {
  const fetch: MessageOf<'fetch'> = { t: 'fetch', ask: 5, bearer: 'p', ...named }
  const tell = (booth: Booth) => only(booth.step({ type: 'fetch', from: 'mover', message: fetch }), 'send')

  test('asks their bearer for them, and tells what it got', () => {
    const booth = new Booth()
    const [asked] = tell(booth)
    expect(asked).toMatchObject({ to: 'p', message: { t: 'wanted', free: vector(), count: 3, aheadMs: 0, named } })
    const left = [{ code: 'gone', count: 1 }]
    const { want } = asked!.message as MessageOf<'wanted'>
    const answer = { t: 'given' as const, want, count: 2, waiting: 0, left }
    expect(only(booth.step({ type: 'given', from: 'q', message: answer }), 'send')).toEqual([])
    const told = only(booth.step({ type: 'given', from: 'p', message: answer }), 'send')
    expect(told).toEqual([{ type: 'send', to: 'mover', message: { t: 'fetched', ask: 5, count: 2, left } }])
    expect(only(booth.step({ type: 'given', from: 'p', message: answer }), 'send')).toEqual([])
  })

  test('says at once that it takes nothing while it drains, is under pressure or has just started', () => {
    const pressed = new Booth()
    pressed.local.thePressure = 'too little memory'
    const draining = new Booth()
    draining.local.theOffer = { ...draining.local.theOffer, draining: true }
    const unsure = new Booth()
    unsure.local.isUnsure = true
    expect([pressed, draining, unsure].map((booth) => tell(booth)[0]!.message)).toMatchObject([
      { t: 'fetched', count: 0, left: [{ code: 'pressure', count: 3 }] },
      { t: 'fetched', count: 0, left: [{ code: 'draining', count: 3 }] },
      { t: 'fetched', count: 0, left: [{ code: 'unsure', count: 3 }] },
    ])
  })

  test('forgets a bearer that does not answer, and takes no more than so many at once', () => {
    const booth = new Booth()
    for (let i = 0; i < 64; i++) tell(booth)
    expect(tell(booth)[0]!.message).toMatchObject({ t: 'fetched', left: [{ code: 'too-many' }] })
    booth.pass(defaultMarketConfig.wantMsMax)
    expect(tell(booth)[0]!.message).toMatchObject({ t: 'wanted' })
  })
})

test('a host under pressure bids for nothing, says why, and asks for nothing', () => {
  const booth = new Booth()
  booth.local.thePressure = '2 % of memory left'
  expect(booth.quote()?.message).toMatchObject({
    t: 'noBid',
    refusal: { code: 'pressure', never: false, detail: '2 % of memory left' },
  })
  expect(booth.see({ p: 9 })).toEqual([])
})

test('a host that has not heard from most members bids for nothing of others and asks for nothing until it has', () => {
  const booth = new Booth()
  booth.local.isUnsure = true
  expect(booth.quote()?.message).toMatchObject({ t: 'noBid', refusal: { code: 'unsure', never: false } })
  expect(booth.quote({}, 1, { fewKeep: true })?.message).toMatchObject({ t: 'bid' })
  expect(booth.see({ p: 9 })).toEqual([])
  booth.local.isUnsure = false
  expect(booth.quote()?.message).toMatchObject({ t: 'bid' })
  expect(booth.see({ p: 9 })).toMatchObject([{ t: 'wanted', to: 'p' }])
})
