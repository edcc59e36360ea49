import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LmdbRecords } from '@souk/store-lmdb'
import { expect, onTestFinished, test } from 'vitest'
import { examineStore, keptTasks } from '../src/store-tools.ts'

test('tasks that fewer than three peers keep are told apart from the others', async () => {
  const path = mkdtempSync(join(tmpdir(), 'souk-kept-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  const records = new LmdbRecords({ folder: path })
  await records.open()
  await records.write([
    { key: 'task/a', value: { custodians: ['p1', 'p2', 'p3'] } },
    { key: 'task/b', value: { custodians: ['p1'] } },
    { key: 'vote/b', value: {} },
  ])
  await records.close()
  expect(keptTasks({ path })).toEqual({ tasks: 2, alone: 1 })
})

test('the store of a peer that was removed says so, and what to do; that others were is nothing wrong with it', async () => {
  const path = mkdtempSync(join(tmpdir(), 'souk-removed-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  const folder = {
    path,
    words: '',
    api: join(path, 'api.json'),
    mesh: join(path, 'mesh.json'),
    log: join(path, 'peer.log'),
  }
  const write = async (key: string, value: unknown) => {
    const records = new LmdbRecords({ folder: path })
    await records.open()
    await records.write([{ key, value }])
    await records.close()
  }
  await write('self/certificate', { peer: 'p1' })
  await write('removed/p2', { peer: 'p2' })
  expect(examineStore(folder)).toMatchObject({ records: 2, trouble: undefined })
  await write('removed/p1', { peer: 'p1' })
  const { trouble } = examineStore(folder)
  expect(trouble).toMatchObject({ message: expect.stringContaining('was removed from its mesh') })
  expect(trouble!.next).toContain('souk reset')
})
