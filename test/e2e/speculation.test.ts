import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { souk, TestMesh, until } from './harness.ts'

const mesh = new TestMesh()
afterAll(() => mesh.close())

const alike = 'race'

test('a run that lags is shown, and raced by a second one, whose result is the outcome', async () => {
  const options = ['--offer', 'cpu=2,slots=2', '--speculate']
  const [first, second] = [await mesh.add('first', options), await mesh.add('second', options)]
  await mesh.met()
  const client = await mesh.client(first)
  const like = Array.from({ length: 70 }, () => client.submit({ argv: ['true'], class: alike }))
  for (const task of like) await client.wait(await task.id)
  // Whoever comes first makes the folder, and takes for ever.
  const begun = join(mesh.root, 'begun')
  const script = `mkdir ${begun} && sleep 600; echo fast`
  const id = await client.submit({ argv: ['sh', '-c', script], class: alike, idempotent: true }).id
  await until('it lags', async () => {
    const { straggles, outcome } = await client.task(id)
    return straggles !== undefined || outcome !== undefined
  })
  const outcome = await client.wait(id)
  expect(outcome).toMatchObject({ kind: 'succeeded', attempts: [] })
  expect(outcome.message).toMatch(/a second run, on .*, was faster than the one on /)
  expect((await souk(['logs', '--data', second.data, id])).out).toContain('fast')
  expect((await souk(['explain', '--data', second.data, id])).out).toContain('may be raced by a second run')
  const { counters } = await client.status()
  const other = await (await mesh.client(second)).status()
  expect((counters['task.outrun'] ?? 0) + (other.counters['task.outrun'] ?? 0)).toBe(1)
})
