import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createDataFolder, dataFolder, requirePeer } from '../src/data-folder.ts'
import { notBroughtBack } from '../src/files-out.ts'

const at = (option: string | undefined, env: Record<string, string> = {}) =>
  dataFolder({ cwd: '/work', env } as unknown as Parameters<typeof dataFolder>[0], option)

function temporary(): string {
  const path = mkdtempSync(join(tmpdir(), 'souk-node-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

test('a command that is advised names the folder again, unless it would be used anyhow', () => {
  expect(at(undefined).words).toBe('')
  expect(at(undefined, { SOUK_DATA: '/a' }).words).toBe('')
  expect(at('/a', { SOUK_DATA: '/a' }).words).toBe('')
  expect(at('b').words).toBe(' --data /work/b')
  expect(at("it's mine").words).toBe(String.raw` --data '/work/it'\''s mine'`)
  expect(() => requirePeer(at('b'))).toThrowError(
    expect.objectContaining({ next: expect.stringMatching(/^souk up --data \/work\/b /) }),
  )
})

test('a data folder is made with those above it, for its owner only, and once', () => {
  const root = temporary()
  const folder = at(join(root, 'a/b'))
  expect([createDataFolder(folder), createDataFolder(folder)]).toEqual([true, false])
  expect(statSync(folder.path).mode & 0o777).toBe(0o700)
})

test('where none can be made that is said at once', () => {
  const root = temporary()
  writeFileSync(join(root, 'file'), '')
  // No folder can be made in /proc, which mkdir's own recursion never notices.
  const places = [join(root, 'file'), join(root, 'file/a'), ...(existsSync('/proc/self') ? ['/proc/souk/a'] : [])]
  for (const place of places)
    expect(() => createDataFolder(at(place))).toThrowError(/^--data: cannot use .* as a data folder/)
})

test('what was to come back and has not is told, file by file; of globs where nothing came at all', () => {
  const files = [{ path: 'sum.txt' }, { path: 'out/a.bin' }]
  expect(notBroughtBack(['./sum.txt', 'out/', '*.log', 'model.bin', 'sum'], files)).toEqual(['model.bin', 'sum'])
  expect(notBroughtBack(['*.log'], [])).toEqual(['*.log'])
})
