import { beforeEach, describe, expect, it } from 'vitest'
import { SimNode } from '../src/node.ts'
import { a, b, ballot, baton, checkers, found, frame, order, outcome, recordOf, setUp, store } from './checker-stand.ts'

beforeEach(setUp)

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
