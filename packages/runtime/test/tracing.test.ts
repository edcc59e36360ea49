import type { TraceEvent } from '@souk/peer'
import { expect, test } from 'vitest'
import { ToyPeer } from './toy-peer.ts'
import { World } from './world.ts'

test('traces are built only while somebody listens', async () => {
  const peer = new ToyPeer({ drain: (_, out) => out.push({ type: 'trace', event: { at: 1, type: 'peer.leaving' } }) })
  const { driver } = await new World().started('a', peer)
  expect(peer.tracing).toBe(false)
  const seen: string[] = []
  const stopFirst = driver.trace((event) => seen.push(event.type))
  const stopSecond = driver.trace(() => {})
  expect(peer.tracing).toBe(true)
  driver.input({ type: 'drain', on: true })
  stopFirst()
  expect(peer.tracing).toBe(true)
  stopSecond()
  stopSecond()
  expect(peer.tracing).toBe(false)
  expect(seen).toEqual(['peer.leaving'])
})

test('of readers that want some events each hears those, and no other is built', async () => {
  const events: TraceEvent[] = [
    { at: 1, type: 'peer.leaving' },
    { at: 2, type: 'peer.draining' },
  ]
  const peer = new ToyPeer({
    drain: (_, out) => out.push(...events.map((event) => ({ type: 'trace' as const, event }))),
  })
  const { driver } = await new World().started('a', peer)
  const wanted = (event: TraceEvent): boolean => typeof peer.tracing === 'function' && peer.tracing(event)
  const seen: string[] = []
  const stopOne = driver.trace(
    ({ type }) => seen.push(type),
    ({ type }) => type === 'peer.leaving',
  )
  expect(events.map(wanted)).toEqual([true, false])
  const stopAll = driver.trace(({ type }) => seen.push(`all ${type}`))
  expect(peer.tracing).toBe(true)
  driver.input({ type: 'drain', on: true })
  stopAll()
  expect(events.map(wanted)).toEqual([true, false])
  stopOne()
  expect(peer.tracing).toBe(false)
  expect(seen).toEqual(['peer.leaving', 'all peer.leaving', 'all peer.draining'])
})

test('a reader that fails to say whether it wants an event stays alone with it', async () => {
  const event: TraceEvent = { at: 1, type: 'peer.leaving' }
  const peer = new ToyPeer({ drain: (_, out) => out.push({ type: 'trace', event }) })
  const { driver } = await new World().started('a', peer)
  const fails = (): boolean => {
    throw new Error('it cannot say')
  }
  driver.trace(() => {}, fails)
  // The machine asks in the middle of a step.
  expect(typeof peer.tracing === 'function' && peer.tracing(event)).toBe(false)
  const seen: string[] = []
  driver.trace(({ type }) => seen.push(type))
  driver.input({ type: 'drain', on: true })
  expect(seen).toEqual(['peer.leaving'])
})
