import { taskId } from '@souk/wire'
import { beforeEach, describe, expect, it } from 'vitest'
import { Checkers } from '../src/checkers/checkers.ts'
import type { SimNode } from '../src/node.ts'
import {
  a,
  b,
  ballot,
  baton,
  checkers,
  found,
  frame,
  never,
  order,
  outcome,
  recordOf,
  roster,
  run,
  setUp,
  violations,
} from './checker-stand.ts'

beforeEach(setUp)

describe('outcomes', () => {
  it('accepts that the same outcome is told often', () => {
    const event = { type: 'task.closed', at: 0, task: 't', ballot: ballot(1), kind: 'succeeded', code: 'exit' } as const
    checkers.outcomes.onTrace(a, event, 1)
    checkers.outcomes.onTrace(b, event, 2)
    checkers.outcomes.onReply(a, 1, { type: 'outcome', task: 't', outcome }, 3)
    expect(found()).toEqual([])
  })

  it('reports a second outcome', () => {
    const event = { type: 'task.closed', at: 0, task: 't', ballot: ballot(1), kind: 'succeeded', code: 'exit' } as const
    checkers.outcomes.onTrace(a, event, 1)
    checkers.outcomes.onTrace(b, { ...event, kind: 'lost' }, 2)
    expect(found()).toEqual(['I1'])
  })

  it('reports the same outcome when it was committed again under another ballot', () => {
    const event = { type: 'task.closed', at: 0, task: 't', ballot: ballot(1), kind: 'succeeded', code: 'exit' } as const
    checkers.outcomes.onTrace(a, event, 1)
    checkers.outcomes.onTrace(a, { ...event, ballot: ballot(2) }, 2)
    expect(found()).toEqual(['I1'])
  })

  it('reports a client that hears something else than was committed', () => {
    const event = { type: 'task.closed', at: 0, task: 't', ballot: ballot(1), kind: 'cancelled', code: 'x' } as const
    checkers.outcomes.onTrace(a, event, 1)
    checkers.outcomes.onReply(a, 1, { type: 'outcome', task: 't', outcome }, 3)
    expect(found()).toEqual(['I1'])
  })

  it('reports a confirmed cancel of a task that then succeeds', () => {
    checkers.outcomes.onReply(b, 1, { type: 'cancelled', task: 't', answer: 'cancelled' }, 1)
    checkers.outcomes.onReply(a, 1, { type: 'outcome', task: 't', outcome }, 3)
    expect(found()).toEqual(['I1'])
  })
})

describe('none lost', () => {
  beforeEach(() => checkers.noneLost.onReply(a, 1, { type: 'accepted', tag: 0, task: 't' }))

  it('reports an accepted task that nobody knows any more', () => {
    checkers.noneLost.onReply(a, 2, { type: 'view', task: 't', view: undefined, reachable: true })
    checkers.noneLost.onEnd([], ['t'], 9)
    expect(violations.list).toMatchObject([{ invariant: 'I2', kind: 'safety' }])
  })

  it('reports an accepted task that is known but does not end', () => {
    checkers.noneLost.onEnd([], ['t'], 9)
    expect(violations.list).toMatchObject([{ invariant: 'I13', kind: 'liveness' }])
  })

  it('asks nothing of a task that was never accepted', () => {
    checkers.noneLost.onEnd([], ['other'], 9)
    expect(found()).toEqual([])
  })
})

describe('capacity', () => {
  it('accepts a host that is full, and full again after one ended', () => {
    const end = run(a, order('t1'))
    run(a, order('t2'))
    end()
    run(a, order('t3'))
    expect(found()).toEqual([])
  })

  it('reports a start over what the host offers', () => {
    for (const task of ['t1', 't2', 't3']) run(a, order(task))
    expect(found()).toEqual(['I6'])
  })

  it('reports a start without the devices it asks for', () => {
    const wanting = order('t')
    wanting.record.spec.request.gpu = { count: 1, milli: 500 }
    run(a, wanting)
    expect(found()).toEqual(['I6'])
  })
})

describe('single run', () => {
  it('reports a task that runs at two peers at once', () => {
    checkers.singleRun.onRun(a, order('t'), 1)
    checkers.singleRun.onRun(b, order('t', 2), 2)
    expect(found()).toContain('I5')
    expect(checkers.singleRun.overlaps).toBe(1)
  })

  it('only counts it once something was paused', () => {
    const subject = { makePeer: () => never(), rosterOf: () => new Map() }
    const { excuses, singleRun: lenient } = new Checkers(violations, subject, { faultless: false, widestSlots: 1 })
    excuses.onFault({ kind: 'freeze', atMs: 0, untilMs: 1, node: 0 })
    lenient.onRun(a, order('t'), 1)
    lenient.onRun(b, order('t', 2), 2)
    expect(found()).toEqual([])
    expect(lenient.overlaps).toBe(1)
  })

  it('reports a task that is closed while it runs, and one that starts after its end', () => {
    const event = { type: 'task.closed', at: 0, ballot: ballot(1), kind: 'cancelled', code: 'x' } as const
    checkers.singleRun.onRun(a, order('running'), 1)
    checkers.singleRun.onTrace(b, { ...event, task: 'running' }, 2)
    checkers.singleRun.onTrace(b, { ...event, task: 'ended' }, 3)
    checkers.singleRun.onRun(a, order('ended'), 4)
    expect(found()).toEqual(['I5', 'I5'])
  })

  it('reports a second start where nothing failed', () => {
    run(a, order('t'))()
    run(a, order('t', 2))
    expect(found()).toEqual(['I5'])
  })
})

describe('accounts', () => {
  const id = taskId('n'.repeat(16))
  const { spec } = recordOf(id)

  it('reports work that nobody submitted', () => {
    checkers.accounts.onRun(a, order(id), 1)
    expect(found()).toEqual(['I13'])
    checkers.accounts.onSubmit(a, { type: 'submit', client: 1, tasks: [{ tag: 0, nonce: id.slice(0, -1), spec }] })
    checkers.accounts.onRun(a, order(id), 2)
    expect(found()).toEqual(['I13'])
  })

  it('reports what a peer has left when all work has ended, and not before', () => {
    const subject = { makePeer: () => never(), rosterOf: () => new Map(), leftoversOf: () => ({ 'custody.borne': 2 }) }
    const { accounts } = new Checkers(violations, subject, { faultless: true, widestSlots: 1 })
    a.peer = { snapshot: () => ({}) } as unknown as NonNullable<SimNode['peer']>
    accounts.onEnd([a, b], ['t'], 9)
    expect(found()).toEqual([])
    accounts.onEnd([a, b], [], 9)
    expect(violations.list).toMatchObject([{ kind: 'liveness', detail: expect.stringContaining('2 in custody.borne') }])
  })

  it('reports no baton of a task whose only peer went for good, but those of any other', () => {
    const nonce = 'n'.repeat(23)
    const leftoversOf = (_: unknown, excused: (task: string) => boolean) => ({
      'custody.borne': excused(taskId(nonce)) ? 0 : 1,
    })
    const subject = { makePeer: () => never(), rosterOf: () => new Map(), leftoversOf }
    const { accounts, configurations } = new Checkers(violations, subject, { faultless: true, widestSlots: 1 })
    a.peer = { snapshot: () => ({}) } as unknown as NonNullable<SimNode['peer']>
    const local = { ...spec, durability: 'local' } as const
    configurations.onSubmit(b, { type: 'submit', client: 1, tasks: [{ tag: 0, nonce, spec: local }] })
    configurations.onCrash(b)
    accounts.onEnd([a], [], 9)
    expect(found()).toEqual(['I13'])
    // It had crashed before.
    b.gone = true
    accounts.onEnd([a], [], 9)
    expect(found()).toEqual(['I13'])
  })
})

describe('idle slots', () => {
  const peerOf = (waiting: number, freeSlots: number, lots: object[] = []) => {
    const stamp = { seq: 0, waiting, freeSlots, running: 0, draining: false }
    return { loadStamp: () => stamp, snapshot: () => ({ market: { lots } }) } as unknown as NonNullable<SimNode['peer']>
  }

  it('reports a task that waits beside a slot that is idle for long', () => {
    a.peer = peerOf(1, 0)
    b.peer = peerOf(0, 1)
    for (const now of [0, 1000, 2000]) checkers.idleSlots.onCalm([a, b], () => true, now)
    expect(found()).toEqual([])
    for (const now of [3000, 4000]) checkers.idleSlots.onCalm([a, b], () => true, now)
    expect(found()).toEqual(['idle'])
  })

  it('does not count tasks that must be apart by zone, which wait for that', () => {
    const tied = { shape: { apart: [{ group: 'zone:db', required: true }] }, waiting: 2 }
    b.peer = peerOf(0, 1)
    for (const [waiting, expected] of [
      [2, []],
      [3, ['idle']],
    ] as const) {
      a.peer = peerOf(waiting, 0, [tied, { shape: {}, waiting: 0 }])
      for (const now of [0, 1000, 2000, 3000]) checkers.idleSlots.onCalm([a, b], () => true, now)
      expect(found()).toEqual(expected)
    }
  })

  it('accepts that the slot was taken in between', () => {
    a.peer = peerOf(1, 0)
    for (const now of [0, 1000, 2000, 3000, 4000]) {
      b.peer = peerOf(0, now === 2000 ? 0 : 1)
      checkers.idleSlots.onCalm([a, b], () => true, now)
    }
    expect(found()).toEqual([])
  })

  it('does not count while who has the task distrusts the host, which has lied', () => {
    const distrust = (code: string, now: number) =>
      checkers.idleSlots.onTrace(a, { type: 'bidder.distrusted', at: 0, peer: b.id, code, forMs: 4000 }, now)
    a.peer = peerOf(1, 0)
    b.peer = peerOf(0, 1)
    distrust('lies', 0)
    for (const now of [0, 1000, 2000, 3000]) checkers.idleSlots.onCalm([a, b], () => true, now)
    for (const now of [4000, 5000, 6000]) checkers.idleSlots.onCalm([a, b], () => true, now)
    expect(found()).toEqual([])
    // That it broke its word, as a host that crashes does, excuses nothing.
    distrust('broken', 6000)
    checkers.idleSlots.onCalm([a, b], () => true, 7000)
    expect(found()).toEqual(['idle'])
  })

  it('does not count while the two have no connection, but at one host it needs none', () => {
    a.peer = peerOf(1, 0)
    b.peer = peerOf(0, 1)
    for (const now of [0, 1000, 2000, 3000]) checkers.idleSlots.onCalm([a, b], () => false, now)
    for (const now of [4000, 5000]) checkers.idleSlots.onCalm([a, b], () => true, now)
    expect(found()).toEqual([])
    a.peer = peerOf(1, 1)
    for (const now of [6000, 7000]) checkers.idleSlots.onCalm([a, b], () => false, now)
    expect(found()).toEqual(['idle'])
  })
})

describe('bounds', () => {
  it('reports a baton that bounced, moved or was attempted too often', () => {
    checkers.bounds.onFrame(a, b, frame({ t: 'award', batons: [baton({ bounces: 2, moves: 3 })] }), 1)
    expect(found()).toEqual([])
    const attempt = { ballot: ballot(1), host: 'peer-0001', code: 'vanished', message: '' }
    const attempts = Array.from({ length: 501 }, () => attempt)
    checkers.bounds.onFrame(a, b, frame({ t: 'award', batons: [baton({ bounces: 3, moves: 4, attempts })] }), 1)
    expect(found()).toEqual(['I8', 'I8', 'I8'])
  })

  it('reports a message that is longer than it may be', () => {
    const batons = Array.from({ length: 257 }, () => baton({}))
    checkers.bounds.onFrame(a, b, frame({ t: 'award', batons }), 1)
    expect(found()).toEqual(['I11'])
  })
})

describe('convergence', () => {
  beforeEach(() => {
    const peerOf = (name: string) => ({ snapshot: () => name }) as unknown as NonNullable<SimNode['peer']>
    a.peer = peerOf('a')
    b.peer = peerOf('b')
  })

  it('accepts rosters that agree', () => {
    for (const name of ['a', 'b'])
      roster.set(
        name,
        new Map([
          ['peer-0000', '1'],
          ['peer-0001', '1'],
        ]),
      )
    checkers.convergence.onEnd([a, b], [], 9)
    expect(found()).toEqual([])
  })

  it('reports a living peer that another does not know, and knowledge that differs', () => {
    roster.set('a', new Map([['peer-0000', '1']]))
    roster.set(
      'b',
      new Map([
        ['peer-0000', '2'],
        ['peer-0001', '1'],
      ]),
    )
    checkers.convergence.onEnd([a, b], [], 9)
    expect(found()).toEqual(['I10', 'I10'])
  })
})
