import type { MessageOf, TaskRecord } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import { Dependencies } from '../src/dependencies.ts'
import type { DependenciesEffect } from '../src/dependencies-io.ts'
import { defaultConfig } from '../src/index.ts'
import { idOf, spec } from './fixtures.ts'

const task = idOf('first')
const after = [{ task, on: 'succeeded' as const }]
const record: TaskRecord = {
  id: idOf('second'),
  spec: spec({ after }),
  origin: 'p0',
  submittedWallMs: 0,
  custodians: ['p0'],
  version: 1,
}

/** A task waits for another one that p1, then p2, may know. Each answer returns the peers that are asked next. */
function waiting(away: string[] = []) {
  const view = {
    reachable: (peer: string) => !away.includes(peer),
    whoKnows: () => ({ peers: ['p1', 'p2'], away }),
    askable: () => ({ peers: ['p1', 'p2'], away }),
  }
  const machine = new Dependencies(defaultConfig().dependencies, { self: 'p0', view })
  const asked = (out: DependenciesEffect[]) => out.flatMap((effect) => (effect.type === 'send' ? [effect.to] : []))
  const out: DependenciesEffect[] = []
  machine.step({ type: 'waiting', record }, 0, out)
  expect(asked(out)).toEqual(['p1'])
  return (from: string, message: MessageOf<'moved' | 'ends'>): string[] => {
    const more: DependenciesEffect[] = []
    machine.step({ type: 'message', from, message }, 1, more)
    return asked(more)
  }
}
const moved = (version: number, ...custodians: string[]): MessageOf<'moved'> => {
  return { t: 'moved', task, version, custodians }
}
const unknown: MessageOf<'ends'> = { t: 'ends', ended: [], open: [], unknown: [task] }

describe('whoever looks for a task', () => {
  test('asks those that it is sent on to before all others, each once', () => {
    const hear = waiting()
    expect(hear('p1', moved(2, 'p1', 'p3', 'p2'))).toEqual(['p3'])
    expect(hear('p3', unknown)).toEqual(['p2'])
    expect(hear('p2', unknown)).toEqual([])
  })

  test('leaves out those that cannot be reached', () => {
    expect(waiting(['p3'])('p1', moved(2, 'p3', 'p4'))).toEqual(['p4'])
  })

  test('is not sent to and fro by two that point at each other', () => {
    const hear = waiting()
    expect(hear('p1', moved(2, 'p3'))).toEqual(['p3'])
    expect(hear('p3', moved(2, 'p1'))).toEqual(['p2'])
    expect(hear('p2', moved(1, 'p1'))).toEqual([])
  })

  test('hears of it only from the one that was asked', () => {
    expect(waiting()('p2', moved(2, 'p3'))).toEqual([])
  })
})
