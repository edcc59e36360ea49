import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { beginProgram } from './harness.ts'

/** From the sources, as `pnpm demo` does. */
const main = fileURLToPath(new URL('../../node/src/main.ts', import.meta.url))
const demo = (...words: string[]) => beginProgram([main, 'demo', ...words], { env: { TMPDIR: temporary } }).ended

interface Figures {
  tasks: number
  succeeded: number
  lost: number
  rerun: number
  killed: string
  different: string[]
  perPeer: Record<string, { process: number; function: number }>
}

/** Enough that half-way is not the end, also where many cores run them. */
const fileCount = 60
const folder = mkdtempSync(join(tmpdir(), 'souk-files-'))
/** where the demo makes its folders: another demo on this machine is none of its business */
const temporary = mkdtempSync(join(tmpdir(), 'souk-temporary-'))
beforeAll(() => {
  for (let i = 0; i < fileCount; i++) writeFileSync(join(folder, `${i}.txt`), `file ${i}\n`.repeat(50 * (i + 1)))
})
afterAll(() => {
  for (const path of [folder, temporary]) rmSync(path, { recursive: true, force: true, maxRetries: 5 })
})

test('the demo does all its work though a peer is killed, and leaves nothing behind', async () => {
  const { code, out, err } = await demo('--json', '--dir', folder)
  expect(code, err).toBe(0)
  const figures = JSON.parse(out) as Figures
  expect(figures).toMatchObject({ tasks: 2 * fileCount, succeeded: 2 * fileCount, lost: 0, different: [] })
  expect(figures.rerun).toBeGreaterThan(0)
  expect(Object.values(figures.perPeer).reduce((sum, line) => sum + line.process + line.function, 0)).toBe(
    2 * fileCount,
  )
  expect(readdirSync(temporary).filter((name) => name.startsWith('souk-demo-'))).toEqual([])
})

test('a folder that is none is refused before anything starts', async () => {
  expect(await demo('--dir', join(folder, 'nope'))).toMatchObject({
    code: 64,
    err: expect.stringContaining('--dir'),
  })
})
