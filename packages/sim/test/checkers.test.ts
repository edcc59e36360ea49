import { emptyRequest, Prng } from '@souk/kernel'
import type { RunOrder } from '@souk/peer'
import type { Ballot, Baton, Frame, Message, Outcome, TaskRecord } from '@souk/wire'
import { beforeEach, describe, expect, it } from 'vitest'
import { Checkers } from '../src/checkers/checkers.ts'
import { Executor } from '../src/executor.ts'
import { offerOf } from '../src/hosts.ts'
import { SimNode } from '../src/node.ts'
import { profileOf } from '../src/profiles.ts'
import { Violations } from '../src/violation.ts'
import { Workload } from '../src/workload.ts'

const workload = new Workload(profileOf('calm')!.workload, 1, new Prng(1))
const ballot = (counter: number, peer = 'peer-0000'): Ballot => ({ counter, peer, incarnation: 1 })

const outcome: Outcome = {
  kind: 'succeeded',
  code: 'exit',
  message: '',
  ballot: ballot(1),
  attempts: [],
  endedWallMs: 0,
}

let violations: Violations
let checkers: Checkers
let a: SimNode
let b: SimNode
let roster: Map<string, Map<string, string>>

beforeEach(() => {
  violations = new Violations()
  roster = new Map()
  const subject = { makePeer: () => never(), rosterOf: (snapshot: unknown) => roster.get(snapshot as string)! }
  checkers = new Checkers(violations, subject, { faultless: true, widestSlots: 1 })
  const hosts = { slots: [2], cpuMilliPerSlot: 1000, memoryBytesPerSlot: 2 ** 30 }
  ;[a, b] = [0, 1].map((index) => new SimNode(index, offerOf(hosts, new Prng(1)))) as [SimNode, SimNode]
  for (const node of [a, b]) checkers.capacity.onStart(node)
})

function never(): never {
  throw new Error('no peer is made here')
}

function recordOf(id: string): TaskRecord {
  const spec = { ...workload.drawTask().spec, request: { ...emptyRequest(), cpuMilli: 1000 } }
  return { id, spec, origin: 'peer-0000', submittedWallMs: 0, custodians: ['peer-0000'], version: 1 }
}

function order(task: string, counter = 1, peer = 'peer-0000'): RunOrder {
  return { task, ballot: ballot(counter, peer), record: recordOf(task), gpuDevices: [], attempt: 1, leased: false }
}

function run(node: SimNode, runOrder: RunOrder): () => void {
  const process = new Executor().start(node.index, 1, runOrder, 0)!
  for (const checker of [checkers.capacity, checkers.singleRun, checkers.batons, checkers.fences])
    checker.onRun(node, runOrder, 1)
  return () => {
    checkers.capacity.onRunEnd(node, process)
    checkers.singleRun.onRunEnd(node, process)
  }
}

function frame(...messages: Message[]): Frame {
  const load = { seq: 0, waiting: 0, freeSlots: 0, running: 0, draining: false }
  return { incarnation: 1, load, messages }
}

function baton(over: Partial<Baton>): Baton {
  const plain = { ballot: ballot(1), incarnation: 1, path: [], alternates: [], bounces: 0, moves: 0, attempts: [] }
  return { record: recordOf('t'), ...plain, ...over }
}

function store(node: SimNode, task: string, value: object): void {
  node.disk.persist(1, [{ key: `task/${task}`, value }])
  node.disk.begin()
  node.disk.finish()
}

const found = () => violations.list.map(({ invariant }) => invariant)

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

describe('batons and fences', () => {
  it('reports a run under a lower ballot than the one before', () => {
    checkers.fences.onRun(a, order('t', 5), 1)
    checkers.fences.onRun(b, order('t', 4), 2)
    expect(found()).toEqual(['I12'])
  })

  it('reports a ballot that runs twice', () => {
    checkers.batons.onRun(a, order('t', 5), 1)
    checkers.batons.onRun(b, order('t', 5), 2)
    expect(found()).toEqual(['I16'])
  })

  it('reports a baton that one peer hands to two', () => {
    const award = frame({ t: 'award', batons: [baton({})] })
    checkers.batons.onFrame(a, b, award, 1)
    checkers.batons.onFrame(a, b, award, 2)
    expect(found()).toEqual([])
    checkers.batons.onFrame(a, new SimNode(2, a.offer), award, 3)
    expect(found()).toEqual(['I16'])
  })

  it('reports a baton that goes back along its path', () => {
    checkers.batons.onFrame(a, b, frame({ t: 'award', batons: [baton({ path: ['peer-0001', 'peer-0000'] })] }), 1)
    expect(found()).toEqual(['I16'])
  })

  it('reports a baton that two lives take, and one that was never handed to that life', () => {
    const taken = { type: 'task.queued', at: 0, task: 't', ballot: ballot(1) } as const
    checkers.batons.onTrace(a, taken, 1)
    expect(found()).toEqual([])
    checkers.batons.onTrace(b, taken, 2)
    expect(found()).toEqual(['I16'])
    checkers.batons.onTrace(b, { ...taken, ballot: ballot(2) }, 3)
    expect(found()).toEqual(['I16', 'I16'])
    b.incarnation = 4
    checkers.batons.onFrame(a, b, frame({ t: 'award', batons: [baton({ ballot: ballot(3), incarnation: 4 })] }), 4)
    checkers.batons.onTrace(b, { ...taken, ballot: ballot(3) }, 5)
    expect(found()).toEqual(['I16', 'I16'])
  })

  it('reports a counter that a peer uses in two lives', () => {
    checkers.batons.onRun(a, order('t', 5), 1)
    const again = order('t', 5)
    again.ballot.incarnation = 2
    checkers.batons.onRun(a, again, 2)
    expect(found()).toEqual(['I16'])
  })

  it('reports an outcome under an older fence than a run that had begun', () => {
    checkers.fences.onRun(a, order('t', 5), 1)
    const closed = { type: 'task.closed', at: 0, task: 't', kind: 'succeeded', code: 'exit' } as const
    checkers.fences.onTrace(b, { ...closed, ballot: ballot(5) }, 2)
    expect(found()).toEqual([])
    checkers.fences.onTrace(b, { ...closed, ballot: ballot(4) }, 3)
    expect(found()).toEqual(['I12'])
  })

  it('excuses what a liar made up', () => {
    checkers.excuses.onForged('t')
    checkers.batons.onRun(a, order('t', 5), 1)
    checkers.batons.onRun(b, order('t', 5), 2)
    expect(found()).toEqual([])
  })

  it('reports an incarnation that falls', () => {
    const event = { type: 'member.state', at: 0, peer: 'peer-0001', state: 'alive', incarnation: 2 } as const
    checkers.incarnations.onTrace(a, event, 1)
    checkers.incarnations.onTrace(a, { ...event, incarnation: 1 }, 2)
    expect(found()).toEqual(['I9'])
  })
})

describe('durable', () => {
  it('reports an accepted reply while a majority of its custodians has not written the task', () => {
    const accepted = () => checkers.durable.onReply(a, 1, { type: 'accepted', tag: 0, task: 't' }, 1)
    for (const node of [a, b]) checkers.disks.onStart(node)
    const record = { ...recordOf('t'), custodians: ['peer-0000', 'peer-0001', 'peer-0002'] }
    store(a, 't', { record, promised: ballot(1) })
    accepted()
    expect(found()).toEqual(['I2'])
    store(b, 't', { record, promised: ballot(1) })
    accepted()
    expect(found()).toEqual(['I2'])
  })

  it('counts no copy on a disk that is lost', () => {
    checkers.disks.onStart(a)
    store(a, 't', { record: recordOf('t'), promised: ballot(1) })
    expect(checkers.disks.durable('t')).toBe(true)
    a.renew()
    checkers.disks.onRenew(a)
    expect(checkers.disks.durable('t')).toBe(false)
  })

  it('reports a custodian that says it accepted an outcome that it has not on disk', () => {
    checkers.disks.onStart(a)
    const committed = frame({ t: 'committed', task: 't', version: 1, ballot: ballot(1) })
    checkers.durable.onFrame(a, b, committed, 1)
    expect(found()).toEqual(['I2'])
    store(a, 't', { record: recordOf('t'), promised: ballot(1), outcome })
    checkers.durable.onFrame(a, b, committed, 2)
    expect(found()).toEqual(['I2'])
  })
})

describe('promises and decrees', () => {
  const write = (node: SimNode, value: object) => {
    const writes = [{ key: 'task/t', value }]
    checkers.promises.onWritten(node, writes, 1)
    checkers.decrees.onWritten(node, writes, 1)
  }

  it('reports a promise that falls, but not that of the peer that took its place', () => {
    write(a, { record: recordOf('t'), promised: ballot(5) })
    write(a, { record: recordOf('t'), promised: ballot(4) })
    expect(found()).toEqual(['I3'])
    a.renew()
    write(a, { record: recordOf('t'), promised: ballot(1) })
    expect(found()).toEqual(['I3'])
  })

  it('reports what a custodian says under a lower ballot than before', () => {
    const committed = (counter: number) => frame({ t: 'committed', task: 't', version: 1, ballot: ballot(counter) })
    checkers.promises.onFrame(a, b, committed(5), 1)
    checkers.promises.onFrame(a, b, committed(4), 2)
    expect(found()).toEqual(['I3'])
  })

  it('reports two values under one ballot', () => {
    const commit = { t: 'commit', task: 't', version: 1, ballot: ballot(1), outcome } as const
    checkers.decrees.onFrame(a, b, frame(commit), 1)
    checkers.decrees.onFrame(a, b, frame(commit), 2)
    expect(found()).toEqual([])
    checkers.decrees.onFrame(a, b, frame({ ...commit, outcome: { ...outcome, kind: 'failed' } }), 3)
    expect(found()).toEqual(['I4'])
  })

  it('reports two values that a majority has under different ballots', () => {
    write(a, { record: recordOf('t'), promised: ballot(1), outcome })
    write(a, { record: recordOf('t'), promised: ballot(2), outcome: { ...outcome, ballot: ballot(2) } })
    expect(found()).toEqual([])
    write(a, { record: recordOf('t'), promised: ballot(3), outcome: { ...outcome, kind: 'lost', ballot: ballot(3) } })
    expect(found()).toEqual(['I4'])
  })
})

describe('accounts', () => {
  const id = `${'n'.repeat(16)}origin00`
  const { spec } = recordOf(id)

  it('reports work that nobody submitted', () => {
    checkers.accounts.onRun(a, order(id), 1)
    expect(found()).toEqual(['I13'])
    checkers.accounts.onSubmit(a, { type: 'submit', client: 1, tasks: [{ tag: 0, nonce: 'n'.repeat(16), spec }] })
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
})

describe('idle slots', () => {
  const peerOf = (waiting: number, freeSlots: number) => {
    const stamp = { seq: 0, waiting, freeSlots, running: 0, draining: false }
    return { loadStamp: () => stamp } as unknown as NonNullable<SimNode['peer']>
  }

  it('reports a task that waits beside a slot that is idle for long', () => {
    a.peer = peerOf(1, 0)
    b.peer = peerOf(0, 1)
    for (const now of [0, 1000, 2000]) checkers.idleSlots.onCalm([a, b], now)
    expect(found()).toEqual([])
    for (const now of [3000, 4000]) checkers.idleSlots.onCalm([a, b], now)
    expect(found()).toEqual(['idle'])
  })

  it('accepts that the slot was taken in between', () => {
    a.peer = peerOf(1, 0)
    for (const now of [0, 1000, 2000, 3000, 4000]) {
      b.peer = peerOf(0, now === 2000 ? 0 : 1)
      checkers.idleSlots.onCalm([a, b], now)
    }
    expect(found()).toEqual([])
  })
})

describe('bounds', () => {
  it('reports a baton that bounced, moved or was attempted too often', () => {
    checkers.bounds.onFrame(a, b, frame({ t: 'award', batons: [baton({ bounces: 2, moves: 3 })] }), 1)
    expect(found()).toEqual([])
    const attempt = { ballot: ballot(1), host: 'peer-0001', code: 'vanished', message: '' }
    const attempts = Array.from({ length: 101 }, () => attempt)
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
