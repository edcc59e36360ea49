import { expect, test } from 'vitest'
import { RemovalLog, removalKey } from '../src/removal-log.ts'
import { Mesh } from './mesh.ts'

const removal = { peer: 'p1', wallMs: 1, signature: new Uint8Array([7]) }
const entry = { key: removalKey('p1'), value: removal }

test('a removal is written once, and is news once; a later life reads it', () => {
  const log = new RemovalLog()
  expect(log.decide(removal)).toEqual({ writes: [entry], isNews: true })
  expect(log.decide(removal)).toEqual({ writes: [], isNews: false })
  const later = new RemovalLog()
  expect(later.load([{ key: 'member/p1', value: {} }, entry])).toEqual([removal])
  expect(later.decide(removal)).toEqual({ writes: [], isNews: false })
})

test('one that is on disk before it is said here is not written again, and is news all the same', () => {
  const log = new RemovalLog()
  log.onWritten(removal)
  expect(log.decide(removal)).toEqual({ writes: [], isNews: true })
  log.onWritten(removal)
  expect(log.decide(removal)).toEqual({ writes: [], isNews: false })
})

test('whoever removes a peer has it written before it says so; who hears so writes it', () => {
  const mesh = new Mesh({ p0: 1, p1: 1, p2: 1 })
  mesh.step('p0', { type: 'remove', removal, written: true })
  mesh.run(100)
  expect(['p0', 'p2'].map((name) => mesh.node(name).disk.get(entry.key))).toEqual([undefined, removal])
  for (const name of ['p0', 'p2']) expect(mesh.traces(name, 'member.removed')).toMatchObject([{ peer: 'p1' }])
  expect(mesh.node('p1').up).toBe(false)
})
