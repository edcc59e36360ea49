import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, inject, test } from 'vitest'

/** The program as it is published: started by plain node, from wherever. */

const entry = inject('program')
const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'souk-built-'))
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))

const souk = (words: string[], nodeWords: string[] = []) =>
  run(process.execPath, [...nodeWords, entry, ...words], { env: { ...process.env, SOUK_DATA: join(folder, 'peer') } })

test('the built program starts a peer that runs commands and functions, and stops it', async () => {
  await souk(['up', '--detach', '--no-mdns', '--listen', '127.0.0.1:0', '--api-port', '0'])
  try {
    expect((await souk(['run', '--', 'echo', 'built'])).stdout).toBe('built\n')
    const module = join(folder, 'twice.mjs')
    writeFileSync(module, 'export const twice = (n) => 2 * n\n')
    expect((await souk(['run', '--module', module, '--function', 'twice', '--', '21'])).stdout).toBe('42\n')
    expect(JSON.parse((await souk(['invite', '--json'])).stdout)).toHaveProperty('line')
  } finally {
    await souk(['down'])
  }
})

test('on a Node that is too old it says so instead of failing somehow', async () => {
  const old = join(folder, 'old-node.cjs')
  writeFileSync(
    old,
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })\n",
  )
  await expect(souk(['status'], ['--require', old])).rejects.toMatchObject({
    code: 69,
    stderr: expect.stringMatching(/this is Node 20\.20\.2, and souk needs Node 22\.12.*\nnext: /),
  })
})

test('the entry is plain enough for old Nodes to read', () => {
  const text = readFileSync(entry, 'utf8')
  expect(text.length).toBeLessThan(4096)
  expect(text).not.toMatch(/\?\.|\?\?|\basync\b|\bawait\b|import\(/)
})

test('what is published needs nothing of the workspace', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../node/package.json', import.meta.url), 'utf8'))
  expect(Object.keys(manifest.dependencies).filter((name) => name.startsWith('@souk/'))).toEqual([])
  const files = readdirSync(dirname(entry), { recursive: true, withFileTypes: true }).filter((each) => each.isFile())
  for (const { name, parentPath } of files) {
    const text = readFileSync(join(parentPath, name), 'utf8')
    expect(text, name).not.toMatch(/(?:from|require\(|import\() ?["']@souk\//)
  }
})
