import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Uploads } from '../src/files-in.ts'

let folder: string
let sent: string[]
let uploads: Uploads
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'souk-in-'))
  mkdirSync(join(folder, 'here/deep'), { recursive: true })
  writeFileSync(join(folder, 'here/a.txt'), 'same')
  writeFileSync(join(folder, 'here/deep/b.sh'), 'same', { mode: 0o755 })
  writeFileSync(join(folder, 'outside.txt'), 'other')
  sent = []
  const blobs = {
    putBlob: async (data: Uint8Array) => {
      sent.push(Buffer.from(data).toString())
      return { hash: createHash('sha256').update(data).digest('hex'), sizeBytes: data.length }
    },
  }
  uploads = new Uploads(blobs, join(folder, 'here'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('files inside the current folder keep their path, others their name, all their mode', async () => {
  const files = await uploads.carry('--in', ['deep', 'a.txt', '../outside.txt'])
  expect(files.map(({ path, mode, sizeBytes }) => [path, mode, sizeBytes])).toEqual([
    ['deep/b.sh', 0o755, 4],
    ['a.txt', 0o644, 4],
    ['outside.txt', 0o644, 5],
  ])
})

test('the current folder itself goes without a name in front', async () => {
  expect((await uploads.carry('--in', ['.'])).map((file) => file.path)).toEqual(['a.txt', 'deep/b.sh'])
  const name = basename(folder)
  expect((await uploads.carry('--in', ['..'])).map((file) => file.path)).toContain(`${name}/outside.txt`)
})

test('equal content is sent once, however many files and tasks have it', async () => {
  await uploads.carry('--in', ['a.txt', 'deep'])
  await uploads.carry('--in', ['a.txt'])
  expect(sent).toEqual(['same'])
})

test('a file that does not exist is an error that names the flag and the place', async () => {
  await expect(uploads.carry('--in', ['nope.csv'])).rejects.toMatchObject({
    exitCode: 64,
    message: `--in: nope.csv does not exist (looked for ${join(folder, 'here/nope.csv')})`,
  })
})
