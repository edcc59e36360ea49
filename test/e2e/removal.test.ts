import { afterAll, expect, test } from 'vitest'
import { isAlive, souk, TestMesh, type TestPeer, until } from './harness.ts'

const mesh = new TestMesh()
afterAll(() => mesh.close())

const at = ({ data }: TestPeer, [command, ...rest]: string[]) => souk([command!, '--data', data, ...rest])
const peersAt = async (peer: TestPeer) => {
  const { out } = await at(peer, ['peers', '--json'])
  return (JSON.parse(out) as { name: string }[]).map(({ name }) => name).sort()
}

test('hosts that are gone for good are removed: what is left goes on without them, and they do not come back', async () => {
  const first = await mesh.add('first')
  const [oak, elm] = [await mesh.add('oak'), await mesh.add('elm')]
  await mesh.met()
  const held = (await at(first, ['submit', '--', 'sleep', '600'])).out.trim()
  for (const { pid } of [oak, elm]) process.kill(pid, 'SIGKILL')
  const client = await mesh.client(first)
  await until('both are out of reach', async () =>
    (await client.peers()).every(({ self, connected }) => self || !connected),
  )
  // Two of three custodians are away: nothing is promised.
  expect((await at(first, ['submit', '--', 'true'])).err).toContain('custodians cannot be reached')
  expect((await at(first, ['remove', 'ash'])).err).toContain("no peer 'ash' is known")
  expect((await at(first, ['remove', 'first'])).err).toContain('does not remove itself')
  for (const [gone, lose] of [
    ['oak', []],
    ['elm', ['--lose']],
  ] as const) {
    if (lose.length > 0) {
      const { code, err } = await at(first, ['remove', gone, '--alive'])
      expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining(held) })
    }
    const { code, out, err } = await at(first, ['remove', gone, '--alive', ...lose])
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('souk reset') })
    expect(err).toContain(lose.length > 0 ? `1 open task can never end now: ${held}` : '1 open task that it kept')
    expect(out).toMatch(new RegExp(`^removed: ${gone} \\(12D3KooW\\w+\\) is no member any more\\n$`))
  }
  expect(await peersAt(first)).toEqual(['first'])
  expect(await at(first, ['run', '--', 'echo', 'goes on'])).toMatchObject({ code: 0, out: 'goes on\n' })
  expect((await at(first, ['explain', held])).out).toContain('it can never end')
  expect((await at(first, ['doctor'])).out).toContain(`1 open task can never end`)
  // Somebody has to say that what the others knew of it is given up.
  const listed = JSON.parse((await at(first, ['tasks', '--unendable', '--json'])).out) as { tasks: { id: string }[] }
  expect(listed.tasks.map(({ id }) => id)).toEqual([held])
  expect(await at(first, ['cancel', '--unendable', held])).toMatchObject({
    code: 0,
    out: `${held.slice(0, 8)} cancelled; nothing of it runs\n`,
  })
  expect(await client.wait(held)).toMatchObject({ kind: 'cancelled', code: 'given-up' })
  // One that nobody knows keeps none of the others from being tried.
  const both = await at(first, ['cancel', 'zzzz', held])
  expect(both).toMatchObject({ code: 3, out: `zzzz is not known\n${held.slice(0, 8)} had ended before\n` })
  expect((await at(first, ['tasks', '--unendable'])).out).toBe('none\n')
  // That they are no members is known over a restart, and who was away hears of it when it comes back.
  await at(first, ['down'])
  const again = await mesh.start('first', ['up'])
  const back = await mesh.start('oak', ['up'], ['--peer', again.addresses[0]!])
  await until('oak hears of it with the first link that it is refused', () => !isAlive(back.pid))
  expect(await peersAt(again)).toEqual(['first'])
  const late = await mesh.start('late', ['join', await mesh.invite(again)])
  await until('one that joins later counts without them', async () => (await peersAt(late)).length === 2)
})

test('a living peer that is removed hears so, and stops', async () => {
  const [first, late] = ['first', 'late'].map((name) => mesh.peers.find((peer) => peer.name === name)!) as [
    TestPeer,
    TestPeer,
  ]
  const lost = await mesh.start('lost', ['join', await mesh.invite(first)])
  await until('all three are there', async () => (await peersAt(late)).length === 3)
  expect((await at(first, ['remove', 'lost'])).err).toContain('lost is a living member')
  expect((await at(late, ['remove', 'lost', '--alive'])).err).toContain('does not hold the key of the mesh')
  expect(JSON.parse((await at(first, ['remove', 'lost', '--alive', '--json'])).out)).toEqual({
    peer: lost.peer,
    name: 'lost',
    role: 'host',
    tasks: { kept: 0, unendable: 0, ids: [], missing: [] },
  })
  await until('it has stopped', () => !isAlive(lost.pid))
  await until('all have heard', async () => (await peersAt(late)).length === 2)
  const stopped = await at(lost, ['doctor'])
  expect(stopped).toMatchObject({ code: 1, out: expect.stringContaining('was removed from its mesh') })
  expect(stopped.out).toContain('souk reset')
  const back = await souk([
    'up',
    '--data',
    lost.data,
    '--detach',
    '--no-mdns',
    '--listen',
    '127.0.0.1:0',
    '--api-port',
    '0',
  ])
  expect(back).toMatchObject({ code: 66, err: expect.stringContaining('was removed from its mesh') })
})
