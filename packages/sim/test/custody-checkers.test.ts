import { type Accepted, type Ballot, type Decree, type Outcome, type TaskRecord, taskId } from '@souk/wire'
import { beforeEach, describe, expect, it } from 'vitest'
import { SimNode } from '../src/node.ts'
import {
  a,
  acceptedOf,
  b,
  ballot,
  baton,
  checkers,
  found,
  frame,
  order,
  outcome,
  recordOf,
  setUp,
  store,
  version,
  writesOf,
} from './checker-stand.ts'

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

const promise = (counter: number) => {
  const vote = { task: 't', version, ballot: ballot(counter) }
  return frame({ t: 'promise', ...vote, attempts: [], begun: false, leftMs: 0 })
}

describe('promises and decrees', () => {
  const write = (node: SimNode, record: TaskRecord, promised: Ballot, accepted?: Accepted) => {
    const writes = writesOf(record, promised, accepted)
    checkers.promises.onWritten(node, writes, 1)
    checkers.decrees.onWritten(node, writes, 1)
  }
  const failed = { ...outcome, kind: 'failed' as const }

  it('reports a promise that falls, but not that of the peer that took its place, nor of another version', () => {
    write(a, recordOf('t'), ballot(5))
    write(a, recordOf('t'), ballot(4))
    expect(found()).toEqual(['I3'])
    write(a, { ...recordOf('t'), version: version + 1 }, ballot(1))
    a.renew()
    write(a, recordOf('t'), ballot(1))
    expect(found()).toEqual(['I3'])
  })

  it('lets it fall where the task was forgotten meanwhile', () => {
    write(a, recordOf('t'), ballot(5))
    checkers.promises.onWritten(a, [{ key: 'vote/t', value: undefined }], 1)
    write(a, recordOf('t'), ballot(4))
    expect(found()).toEqual([])
  })

  it('lets it fall where the task is closed: a copy of it comes with the ballot of its outcome', () => {
    write(a, recordOf('t'), ballot(5))
    const closing = [...writesOf(recordOf('t'), ballot(4)), { key: 'over/t', value: { phase: 'closed', wallMs: 0 } }]
    checkers.promises.onWritten(a, closing, 1)
    expect(found()).toEqual([])
  })

  it('reports what a custodian promises below what it promised before', () => {
    checkers.promises.onFrame(a, b, promise(5), 1)
    checkers.promises.onFrame(a, b, promise(4), 2)
    expect(found()).toEqual(['I3'])
  })

  it('finds no order in promises that leave at once, and one in those that come later', () => {
    checkers.promises.onFrame(a, b, promise(5), 1)
    checkers.promises.onFrame(a, a, promise(4), 1)
    expect(found()).toEqual([])
    checkers.promises.onFrame(a, a, promise(4), 2)
    expect(found()).toEqual(['I3'])
  })

  it('reports two values under one ballot', () => {
    const commit = (ended: Outcome) => {
      const decree = { kind: 'outcome', outcome: ended } as const
      return frame({ t: 'commit', task: 't', version, ballot: ballot(1), decree })
    }
    checkers.decrees.onFrame(a, b, commit(outcome), 1)
    checkers.decrees.onFrame(a, b, commit(outcome), 2)
    expect(found()).toEqual([])
    checkers.decrees.onFrame(a, b, commit(failed), 3)
    expect(found()).toEqual(['I4'])
  })

  it('reports two values that a majority has under different ballots', () => {
    write(a, recordOf('t'), ballot(1), acceptedOf(ballot(1)))
    write(a, recordOf('t'), ballot(2), acceptedOf(ballot(2)))
    expect(found()).toEqual([])
    write(a, recordOf('t'), ballot(3), acceptedOf(ballot(3), failed))
    expect(found()).toEqual(['I4'])
  })

  it('reports a version that nobody chose, and one with two sets of custodians', () => {
    write(a, recordOf('t'), ballot(1))
    const next = { ...recordOf('t'), version: 2 * version, custodians: ['peer-0001'] }
    const decree: Decree = { kind: 'next', custodians: ['peer-0001'] }
    write(a, { ...next, id: 'u' }, ballot(2))
    expect(found()).toEqual(['I4'])
    write(a, recordOf('t'), ballot(1), { ballot: ballot(1), decree })
    write(b, next, ballot(2))
    expect(found()).toEqual(['I4'])
    write(b, { ...next, custodians: ['peer-0000'] }, ballot(2))
    expect(found()).toEqual(['I4', 'I4'])
  })

  it('takes a copy of a closed task for one, also where an earlier try of the same key is erased with the same write', () => {
    write(a, recordOf('t'), ballot(1), acceptedOf(ballot(1)))
    const copy = writesOf({ ...recordOf('t'), version: 2 * version, custodians: ['peer-0001'] }, ballot(1))
    const erased = { key: 'over/t', value: undefined }
    checkers.decrees.onWritten(b, [erased, ...copy, { key: 'over/t', value: { phase: 'closed', wallMs: 0 } }], 2)
    expect(found()).toEqual([])
    const later = writesOf({ ...recordOf('t'), version: 3 * version, custodians: ['peer-0002'] }, ballot(1))
    checkers.decrees.onWritten(b, [{ key: 'over/t', value: { phase: 'closed', wallMs: 0 } }, ...later, erased], 3)
    expect(found()).toEqual(['I4'])
  })

  it('reports a task that is closed before its outcome is chosen', () => {
    const closed = { type: 'task.closed', at: 0, task: 't', ballot: ballot(1), kind: 'succeeded', code: 'ok' } as const
    checkers.decrees.onTrace(a, closed, 1)
    expect(found()).toEqual(['I4'])
    write(a, recordOf('t'), ballot(1), acceptedOf(ballot(1)))
    checkers.decrees.onTrace(a, closed, 2)
    expect(found()).toEqual(['I4'])
  })
})

describe('what is not promised', () => {
  const begun = (custodians: string[], more = 0) =>
    writesOf({ ...recordOf('t'), custodians, version: version + more }, ballot(1))
  const closed = (counter: number) =>
    ({ type: 'task.closed', at: 0, task: 't', ballot: ballot(counter), kind: 'succeeded', code: 'ok' }) as const
  const submit = { type: 'submit', client: 1, tasks: [{ tag: 0, nonce: 'n', spec: recordOf('n').spec }] } as const

  it('a second configuration of a key is reported while no member came or went', () => {
    store(a, begun(['peer-0000']))
    store(b, begun(['peer-0001'], 1))
    expect(found()).toEqual(['G5'])
  })

  it('a second configuration may end as well, and is counted, once members came', () => {
    checkers.configurations.onSubmit(a, { ...submit, tasks: [...submit.tasks] })
    checkers.configurations.onStart(b)
    store(a, begun(['peer-0000']))
    checkers.outcomes.onTrace(a, closed(1), 1)
    store(b, begun(['peer-0001'], 1))
    checkers.outcomes.onTrace(b, closed(3), 2)
    expect(found()).toEqual([])
    expect(checkers.configurations.excusedTasks.again).toEqual(new Set(['t']))
  })

  it('a task that only its peer kept may end in another way once that peer has an old disk', () => {
    const spec = { ...recordOf('t').spec, durability: 'local' } as const
    const task = taskId('n'.repeat(23))
    checkers.configurations.onSubmit(a, { ...submit, tasks: [{ tag: 0, nonce: 'n'.repeat(23), spec }] })
    const ends = (ended: Outcome) =>
      checkers.decrees.onWritten(a, writesOf(recordOf(task), ballot(2), acceptedOf(ballot(2), ended)), 1)
    ends(outcome)
    const rollback = { kind: 'rollback', node: 0, imageAtMs: 0, atMs: 1, untilMs: 2 } as const
    checkers.configurations.onFault({ ...rollback, node: 1 }, true)
    ends({ ...outcome, kind: 'failed' })
    expect(new Set(found())).toEqual(new Set(['I4']))
    const before = found().length
    checkers.configurations.onFault(rollback, true)
    ends({ ...outcome, kind: 'expired' })
    expect(found()).toHaveLength(before)
    expect(checkers.configurations.excusedTasks.undone).toEqual(new Set([task]))
  })

  it('a task of which a liar made up a baton may end twice, and no other', () => {
    checkers.excuses.onForged('t')
    for (const counter of [1, 3]) checkers.outcomes.onTrace(a, closed(counter), counter)
    expect(found()).toEqual([])
    for (const counter of [1, 3]) checkers.outcomes.onTrace(a, { ...closed(counter), task: 'u' }, counter)
    expect(found()).toEqual(['I1'])
  })

  it('a third of the custodians of one that never stood is none', () => {
    store(a, begun(['peer-0000']))
    store(b, begun(['peer-0001', 'peer-0002', 'peer-0003'], 1))
    checkers.outcomes.onTrace(a, closed(1), 1)
    checkers.outcomes.onTrace(b, closed(3), 2)
    expect(found()).toEqual(['I1'])
  })
})
