import { limits } from '@souk/wire'
import { expect, test } from 'vitest'
import { RemovingScaler } from '../src/scalers/removing-scaler.ts'

const { signal } = new AbortController()
const shrink = { id: 'i', kind: 'shrink', peerTag: 't', peer: 'p' } as const

test('a peer that was ended is a member no more, once it has ended; one that was started stays, and so does one that was not ended', async () => {
  const done: string[] = []
  let fails = false
  const scaler = {
    kind: 'toy',
    act: async ({ kind }: { kind: string }) => {
      if (fails) throw new Error('it did not end')
      done.push(kind)
    },
    stop: async () => {},
  }
  let count = 0
  const removing = new RemovingScaler(scaler, { count: () => count, remove: async (peer) => done.push(peer) })
  await removing.act({ id: 'g', kind: 'grow', peerTag: 't' }, signal)
  await removing.act(shrink, signal)
  expect(done).toEqual(['grow', 'shrink', 'p'])
  fails = true
  await expect(removing.act(shrink, signal)).rejects.toThrow('it did not end')
  fails = false
  // Half of all removals are for people.
  count = limits.removalsMax / 2
  await removing.act(shrink, signal)
  expect(done).toEqual(['grow', 'shrink', 'p', 'shrink'])
})
