import { beforeEach, describe, expect, it } from 'vitest'
import { SimNode } from '../src/node.ts'
import {
  a,
  acceptedOf,
  b,
  ballot,
  checkers,
  found,
  frame,
  recordOf,
  setUp,
  store,
  version,
  writesOf,
} from './checker-stand.ts'

beforeEach(setUp)

describe('durable', () => {
  const three = () => ({ ...recordOf('t'), custodians: ['peer-0000', 'peer-0001', 'peer-0002'] })
  beforeEach(() => {
    for (const node of [a, b]) checkers.disks.onStart(node, 0)
  })

  it('reports an accepted reply while a majority of its custodians has not written the task', () => {
    const accepted = () => checkers.durable.onReply(a, 1, { type: 'accepted', tag: 0, task: 't' }, 1)
    store(a, writesOf(three(), ballot(1)))
    accepted()
    expect(found()).toEqual(['I2'])
    store(b, writesOf(three(), ballot(1)))
    accepted()
    expect(found()).toEqual(['I2'])
  })

  it('counts a copy on a disk that was lost a moment ago, while another has one', () => {
    for (const node of [a, b]) store(node, writesOf(three(), ballot(1)))
    b.renew()
    checkers.disks.onRenew(b, 10)
    expect([checkers.disks.durable('t'), checkers.disks.durable('t', 9), checkers.disks.durable('t', 10)]).toEqual([
      true,
      true,
      false,
    ])
    a.renew()
    checkers.disks.onRenew(a, 20)
    expect(checkers.disks.durable('t')).toBe(false)
  })

  it('gives peers that start the time anew to find out whose disk is gone', () => {
    for (const node of [a, b]) store(node, writesOf(three(), ballot(1)))
    b.renew()
    checkers.disks.onRenew(b, 10)
    checkers.disks.onStart(a, 30)
    expect([checkers.disks.durable('t', 29), checkers.disks.durable('t', 30)]).toEqual([true, false])
  })

  it('gives peers that were frozen that time too, from when they go on', () => {
    for (const node of [a, b]) store(node, writesOf(three(), ballot(1)))
    b.renew()
    checkers.disks.onRenew(b, 10)
    const freeze = { kind: 'freeze', atMs: 5, untilMs: 30, node: 0 } as const
    checkers.disks.onFault(freeze, true, 12)
    expect(checkers.disks.durable('t', 10)).toBe(false)
    checkers.disks.onFault(freeze, false, 30)
    expect([checkers.disks.durable('t', 29), checkers.disks.durable('t', 30)]).toEqual([true, false])
  })

  it('counts what is kept under a later version, and no pointer', () => {
    store(a, writesOf(three(), ballot(1)))
    const later = { ...three(), version: 2 * version, custodians: ['peer-0000', 'peer-0001', 'peer-0003'] }
    store(b, writesOf(later, ballot(1)))
    expect(checkers.disks.durable('t')).toBe(true)
    store(b, [...writesOf(later, ballot(1)), { key: 'over/t', value: { phase: 'moved', wallMs: 0 } }])
    expect(checkers.disks.durable('t')).toBe(false)
  })

  it('goes by the version before while a later one is being set up, and no longer once that one stood', () => {
    for (const node of [a, b]) store(node, writesOf(three(), ballot(1)))
    const c = new SimNode(3, a.offer)
    checkers.disks.onStart(c, 0)
    b.renew()
    checkers.disks.onRenew(b, 10)
    const later = { ...three(), version: 2 * version, custodians: ['peer-0002', 'peer-0003', 'peer-0004'] }
    store(c, writesOf(later, ballot(1)))
    expect([checkers.disks.durable('t', 9), checkers.disks.durable('t', 10)]).toEqual([true, false])
    const d = new SimNode(4, a.offer)
    checkers.disks.onStart(d, 10)
    store(d, writesOf(later, ballot(1)))
    expect(checkers.disks.durable('t', 20)).toBe(true)
    for (const node of [c, d]) {
      node.renew()
      checkers.disks.onRenew(node, 20)
    }
    expect(checkers.disks.durable('t', 9)).toBe(false)
  })

  it('goes by whichever set stood where two submits of one key chose their own, and by no other', () => {
    for (const node of [a, b]) store(node, writesOf(three(), ballot(1)))
    const c = new SimNode(3, a.offer)
    checkers.disks.onStart(c, 0)
    const other = { ...three(), version: version + 1, custodians: ['peer-0001', 'peer-0003', 'peer-0004'] }
    store(c, writesOf(other, ballot(1)))
    b.renew()
    checkers.disks.onRenew(b, 10)
    expect(checkers.disks.durable('t', 9)).toBe(true)
    a.renew()
    checkers.disks.onRenew(a, 10)
    expect(checkers.disks.durable('t', 9)).toBe(false)
  })

  it('reports a custodian that says it accepted an outcome that it has not on disk', () => {
    const committed = frame({ t: 'committed', task: 't', version, ballot: ballot(1) })
    checkers.durable.onFrame(a, b, committed, 1)
    expect(found()).toEqual(['I2'])
    store(a, writesOf(recordOf('t'), ballot(1), acceptedOf(ballot(1))))
    checkers.durable.onFrame(a, b, committed, 2)
    expect(found()).toEqual(['I2'])
  })
})
