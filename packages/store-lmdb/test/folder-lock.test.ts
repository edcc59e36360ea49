import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { LmdbRecords } from '../src/index.ts'
import { bootId, processStart, startTicks } from '../src/process-start.ts'
import { startUncollectedWriter, startWriter } from './child.ts'
import { dataFolder, openRecords } from './folder.ts'

const lockPath = (folder: string) => join(folder, 'peer.lock')

test('a folder that another process has open is refused, naming both', async () => {
  const folder = dataFolder()
  const child = startWriter(folder)
  await once(child.stdout, 'data')
  await expect(new LmdbRecords({ folder }).open()).rejects.toMatchObject({
    code: 'data-folder-in-use',
    message: expect.stringMatching(new RegExp(`${folder}.*${child.pid}`)),
  })
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  await closed
  await openRecords({ folder })
})

test('a second peer in this very process is refused too', async () => {
  const folder = dataFolder()
  const first = await openRecords({ folder })
  await expect(new LmdbRecords({ folder }).open()).rejects.toMatchObject({ code: 'data-folder-in-use' })
  await first.write([{ key: 'a', value: 1 }])
  await first.close()
  await openRecords({ folder })
})

test.each([
  ['another process got the pid since', { started: '1' }],
  ['the machine was booted since', { boot: 'another-boot' }],
  ['no such process runs', { pid: 2 ** 22 + 1 }],
])('a lock left behind is taken over when %s', async (_, change) => {
  const folder = dataFolder()
  const owner = { pid: process.pid, started: processStart(process.pid), host: hostname(), boot: bootId() }
  writeFileSync(lockPath(folder), JSON.stringify({ ...owner, ...change }))
  await openRecords({ folder })
  expect(JSON.parse(readFileSync(lockPath(folder), 'utf8'))).toEqual(owner)
})

test('a lock of another machine is never taken over; the message names the file to remove', async () => {
  const folder = dataFolder()
  writeFileSync(lockPath(folder), JSON.stringify({ pid: 1, started: '1', host: 'elsewhere', boot: 'b' }))
  await expect(new LmdbRecords({ folder }).open()).rejects.toMatchObject({
    code: 'data-folder-in-use',
    message: expect.stringContaining(lockPath(folder)),
  })
})

test('a lock file that holds no owner is taken over', async () => {
  const folder = dataFolder()
  writeFileSync(lockPath(folder), '')
  await openRecords({ folder })
})

test('closing removes the lock', async () => {
  const folder = dataFolder()
  const records = await openRecords({ folder })
  expect(existsSync(lockPath(folder))).toBe(true)
  await records.close()
  expect(existsSync(lockPath(folder))).toBe(false)
})

test('the start of a process is found behind a command name with spaces and brackets', () => {
  const fields = Array.from({ length: 50 }, (_, i) => String(i + 3))
  expect(startTicks(`77 (a) b) (c) ${fields.join(' ')}`)).toBe('22')
})

test('a lock of a process that was killed, and whose parent never collects it, is taken over', async () => {
  const folder = dataFolder()
  const child = startUncollectedWriter(folder)
  await once(child.stdout, 'data')
  const { pid } = JSON.parse(readFileSync(lockPath(folder), 'utf8')) as { pid: number }
  process.kill(pid, 'SIGKILL')
  // Its output ends with the process. Nobody asks for its exit: it stays in the table of processes.
  await once(child.stdout, 'close')
  while (processStart(pid) !== undefined) await turn()
  expect(process.kill(pid, 0)).toBe(true)
  await openRecords({ folder })
})
