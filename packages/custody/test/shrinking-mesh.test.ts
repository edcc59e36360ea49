import { expect, test } from 'vitest'
import { chooseCustodians } from '../src/index.ts'
import { Cluster } from './cluster.ts'
import { idOf, keepers, trio } from './fixtures.ts'

/** A task whose first custodian is `c1`. */
const name = [...'abcdefghijkl'].find((each) => chooseCustodians(idOf(each), keepers(...trio), 3)[0] === 'c1')!

test('a baton that was to leave while its set became its bearer alone, and got lost, is found by its lease', () => {
  const cluster = new Cluster(trio, ['worker'])
  cluster.submit('c1', name)
  // Of the mesh c1 and c2 are left; c2 accepts that c1 keeps the task alone, but its answer comes late.
  cluster.mesh.lose('c3')
  cluster.mesh.become('c1', 'c2')
  cluster.mesh.size = 2
  cluster.loses = ({ message }) => message.t === 'committed'
  cluster.pass(1_500)
  cluster.handOver('c1', name, 'worker')
  expect(cluster.sent('award')).toEqual([])
  cluster.loses = ({ message }) => message.t === 'award'
  cluster.pass(1_500)
  expect(cluster.custodians(name)).toEqual(['c1'])
  expect(cluster.sent('award')).toEqual(['c1>worker'])
  expect(cluster.view('c1', name)).toMatchObject({ state: 'offered', bearer: 'worker' })
  cluster.loses = () => false
  cluster.pass(5_000)
  expect(cluster.waiters(name)).toEqual(['c1'])
})
