import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { souk, TestMesh, type TestPeer, until } from './harness.ts'

const mesh = new TestMesh()
let front: TestPeer
const zones: Record<string, string> = { amber: 'east', birch: 'east', cedar: 'west', delta: 'west' }

beforeAll(async () => {
  front = await mesh.add('front', ['--offer', 'cpu=0,slots=0'])
  for (const [name, zone] of Object.entries(zones))
    await mesh.add(name, ['--offer', 'cpu=2,slots=2', '--label', `zone=${zone}`])
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

test('replicas that must be apart by zone run in two zones, one more waits for either, and what must be near one is in its zone', async () => {
  const client = await mesh.client(front)
  const replica = { argv: ['sleep', '600'], group: 'zone:db', apart: [{ group: 'zone:db' }] }
  const zoneOf = async (id: string): Promise<string | undefined> => {
    const { bearer, state } = await client.task(id)
    return state === 'running' ? zones[mesh.peers.find(({ peer }) => peer === bearer)?.name ?? ''] : undefined
  }
  const ids: string[] = []
  for (let i = 0; i < 2; i++) {
    const id = await client.submit(replica).id
    ids.push(id)
    await until('it runs', async () => (await zoneOf(id)) !== undefined)
  }
  expect((await Promise.all(ids.map(zoneOf))).toSorted()).toEqual(['east', 'west'])
  const third = await client.submit(replica).id
  const explained = async (): Promise<string> => (await souk(['explain', third, '--data', front.data])).out
  await until('it says what is in the way', async () => /zone (east|west)/.test(await explained()))
  const first = await zoneOf(ids[0]!)
  await client.cancel(ids[1]!)
  await until('it runs where one has ended', async () => (await zoneOf(third)) !== undefined)
  expect(await zoneOf(third)).not.toBe(first)
  await client.cancel(third)
  const near = client.submit({ argv: ['true'], near: [{ group: 'zone:db' }] })
  const { host } = await near.outcome
  expect(mesh.peers.find(({ name, peer }) => name === host || peer === host)).toMatchObject({
    name: expect.stringMatching(first === 'east' ? /amber|birch/ : /cedar|delta/),
  })
  await client.cancel(ids[0]!)
}, 60_000)
