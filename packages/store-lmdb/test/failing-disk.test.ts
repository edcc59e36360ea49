import { spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { dataFolder, openRecords } from './folder.ts'

const program = fileURLToPath(new URL('./children/limited-writer.ts', import.meta.url))
/** part of util-linux: changes the limits of a process that runs */
const limiter = 'prlimit'
const hasPrlimit = spawnSync(limiter, ['--version']).status === 0

test('a disk that fails a write is tried again, and works again by itself; what was acknowledged is kept', async (context) => {
  if (!hasPrlimit) return context.skip('needs prlimit (util-linux)')
  const folder = dataFolder()
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, folder])
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const answer = async () => (await lines.next()).value as string
  const ask = (line: string) => {
    child.stdin.write(`${line}\n`)
    return answer()
  }
  /** The kernel refuses every write at or behind this place of a file: EFBIG, which LMDB takes for a failing disk. */
  const limit = (bytes: string) => spawnSync(limiter, ['--pid', String(child.pid), `--fsize=${bytes}:`])

  expect(await answer()).toBe('open')
  expect(await ask('write task/before')).toBe('written')
  limit('1')
  expect(await ask('write task/refused')).toBe('io')
  expect(await ask('write task/refused-too')).toBe('io')
  expect(await ask('get task/before')).toBe('task/before')
  limit('unlimited')
  let last = 'io'
  while (last === 'io') last = await ask('write task/after')
  expect(last).toBe('written')
  const closed = new Promise((resolve) => child.on('close', resolve))
  child.stdin.end()
  expect(await closed).toBe(0)
  const keys = (await openRecords({ folder })).entries('task/').map(({ key }) => key)
  expect(keys).toEqual(expect.arrayContaining(['task/before', 'task/after']))
  expect(keys).not.toContain('task/refused-too')
})
