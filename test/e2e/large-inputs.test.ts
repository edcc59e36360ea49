import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { souk, TestMesh, type TestPeer, until } from './harness.ts'

const mesh = new TestMesh()
let front: TestPeer

beforeAll(async () => {
  front = await mesh.add('front', ['--offer', 'cpu=0,slots=0'])
  for (const name of ['amber', 'birch', 'cedar', 'delta']) await mesh.add(name, ['--offer', 'cpu=2,slots=2'])
  await mesh.met()
})
afterAll(() => mesh.close())

test('a task with much input runs at a host that keeps it, and explain says what it takes to the others', async () => {
  const client = await mesh.client(front)
  let compared = 0
  // One or two of the four hosts do not keep it. An auction is over after some milliseconds, whoever has not answered:
  // on a busy machine some have heard hosts of one kind only.
  const isEnough = async (): Promise<boolean> => {
    const blob = await client.putBlob(randomBytes(5 * 1024 * 1024))
    const task = client.submit({ argv: ['wc', '-c', 'data'], inputs: [{ path: 'data', ...blob }] })
    const { host, stdout } = await task.outcome
    expect(stdout).toContain('5242880')
    const { custodians } = await client.task(await task.id)
    const { out } = await souk(['explain', await task.id, '--data', front.data])
    if (!out.includes('fetches for') || !out.includes('has it')) return false
    expect(custodians).toContain(mesh.peers.find(({ name, peer }) => name === host || peer === host)?.peer)
    return ++compared === 4
  }
  await until('four auctions have heard hosts of both kinds', isEnough, 100)
}, 120_000)
