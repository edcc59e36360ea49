import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LmdbRecords } from '@souk/store-lmdb'
import { expect, onTestFinished, test } from 'vitest'
import { keptTasks } from '../src/store-tools.ts'

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
