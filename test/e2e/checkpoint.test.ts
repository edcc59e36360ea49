import { existsSync, writeFileSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { countingIn } from './counting.ts'
import { souk, TestMesh, until } from './harness.ts'

const mesh = new TestMesh()
afterAll(() => mesh.close())

const { counted, gate, script } = countingIn(mesh.root)

test('a run goes on from its checkpoint when its peer drains, which is no failed attempt, and explain says so', async () => {
  const offer = ['--offer', 'cpu=1,slots=1']
  const first = await mesh.add('first', offer)
  const second = await mesh.add('second', offer)
  await mesh.add('third', ['--offer', 'cpu=0,slots=0'])
  await mesh.met()
  const [client, other] = [await mesh.client(first), await mesh.client(second)]
  const submitted = ['submit', '--data', first.data, '--checkpoint', 'at', '--grace', '30s', '--json']
  const { out } = await souk([...submitted, '--', 'sh', '-c', script])
  const id: string = JSON.parse(out).id
  await until('it counts', async () => existsSync(counted) && (await client.task(id)).state === 'running')
  const { bearer } = await client.task(id)
  const [from, to] = bearer === first.peer ? [first, second] : [second, first]

  expect(await souk(['drain', '--data', from.data, '--wait'])).toMatchObject({ code: 0, out: 'drained\n' })
  expect((await souk(['status', '--data', from.data])).out).toContain('1 asked for a checkpoint, to go on elsewhere')
  await until('it runs elsewhere', async () => {
    const detail = await (to === first ? client : other).task(id)
    return detail.bearer === to.peer && detail.state === 'running'
  })
  writeFileSync(gate, '')
  const outcome = await other.wait(id)
  expect(outcome).toMatchObject({ kind: 'succeeded', host: to.peer })
  expect(outcome.attempts).toMatchObject([{ host: from.peer, code: 'checkpointed' }])
  const text = (await souk(['logs', '--data', to.data, id])).out
  expect(text).toMatch(/^from [1-9]\d* with its checkpoint, attempt 2\ndone\n$/)
  const explained = (await souk(['explain', '--data', to.data, id])).out
  expect(explained).toMatch(/it left its checkpoint at of \d+ bytes/)
  expect(explained).toContain('goes on from its checkpoint at when its host drains')
})

test('a peer that was drained stays so over a restart, until it is told to take work again', async () => {
  const { name, data } = mesh.peers.find(({ name }) => name !== 'third')!
  await souk(['drain', '--data', data])
  expect(await souk(['down', '--data', data])).toMatchObject({ code: 0 })
  const again = await mesh.start(name, ['up'], ['--offer', 'cpu=1,slots=1'])
  expect((await souk(['status', '--data', again.data])).out).toMatch(/drained .*until souk undrain/)
  expect(await souk(['undrain', '--data', again.data])).toMatchObject({ code: 0 })
  expect((await souk(['status', '--data', again.data])).out).not.toContain('drained')
})
