import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { countingIn } from './counting.ts'
import { souk, TestMesh, until } from './harness.ts'
import { memoryRefusal, OwnMemory } from './own-memory.ts'

const mesh = new TestMesh()
afterAll(() => mesh.close())

const refusal = memoryRefusal()
if (refusal !== undefined) console.warn(`a lack of memory: skipped, for ${refusal}`)

const { counted, gate, script } = countingIn(mesh.root)

test.skipIf(refusal !== undefined)(
  'a run goes on elsewhere from its checkpoint where its host stays short of memory, and that host takes work again after',
  async () => {
    const memories = {
      first: new OwnMemory(join(mesh.root, 'first-memory')),
      second: new OwnMemory(join(mesh.root, 'second-memory')),
    }
    const offer = ['--offer', 'cpu=1,slots=1']
    const first = await mesh.add('first', offer, memories.first.on)
    const second = await mesh.add('second', offer, memories.second.on)
    await mesh.add('third', ['--offer', 'cpu=0,slots=0'])
    await mesh.met()
    const client = await mesh.client(first)
    const submitted = ['submit', '--data', first.data, '--checkpoint', 'at', '--grace', '30s', '--json']
    const { out } = await souk([...submitted, '--', 'sh', '-c', script])
    const id: string = JSON.parse(out).id
    await until('it counts', async () => existsSync(counted) && (await client.task(id)).state === 'running')
    const { bearer } = await client.task(id)
    const [from, to, memory] =
      bearer === first.peer ? [first, second, memories.first] : [second, first, memories.second]

    memory.set(0.01)
    const status = async () => (await souk(['status', '--data', from.data])).out
    await until('it says so', async () => (await status()).includes('asked for a checkpoint, to go on elsewhere'), 60)
    expect(await status()).toContain('memory-pressure')
    await until('it runs elsewhere', async () => {
      const detail = await client.task(id)
      return detail.bearer === to.peer && detail.state === 'running'
    })
    writeFileSync(gate, '')
    const outcome = await client.wait(id)
    expect(outcome).toMatchObject({ kind: 'succeeded', host: to.peer })
    expect(outcome.attempts).toMatchObject([{ host: from.peer, code: 'checkpointed' }])
    expect((await souk(['logs', '--data', to.data, id])).out).toMatch(
      /^from [1-9]\d* with its checkpoint, attempt 2\ndone\n$/,
    )
    expect((await souk(['explain', '--data', to.data, id])).out).toContain('its host ran short of memory')

    memory.set(0.5)
    await until('it is well again', async () => !(await status()).includes('memory-pressure'), 60)
    const { code } = await souk(['run', '--data', from.data, '--', 'true'])
    expect(code).toBe(0)
  },
)
