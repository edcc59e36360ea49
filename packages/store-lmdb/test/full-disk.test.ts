import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { FileBlobs } from '../src/index.ts'
import { chunks, dataFolder, openRecords } from './folder.ts'

/** A file system of its own with 2 MiB, or undefined where this user may not mount one. */
function smallDisk(): string | undefined {
  const path = join(dataFolder(), 'disk')
  mkdirSync(path)
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'souk-test', path])
  if (mount.status !== 0) return undefined
  onTestFinished(() => void spawnSync('umount', [path]))
  return path
}

test('a disk that is really full: nothing half, no crash, and on again once there is room', async (context) => {
  const folder = smallDisk()
  if (!folder) return context.skip('needs the right to mount a tmpfs (root)')
  const records = await openRecords({ folder })
  const value = 'x'.repeat(50_000)
  let kept = 0
  const fill = async () => {
    for (; kept < 1000; kept++) await records.write([{ key: `task/${kept}`, value }])
  }
  await expect(fill()).rejects.toMatchObject({ code: 'disk-full' })
  await expect(fill()).rejects.toMatchObject({ code: 'disk-full' })
  expect(records.entries('task/')).toHaveLength(kept)

  const blobs = new FileBlobs({ folder })
  const put = () => blobs.put(chunks(Buffer.alloc(200_000)), { sizeBytesMax: 1_000_000 })
  await expect(put()).rejects.toMatchObject({ code: 'disk-full' })
  expect(await blobs.usedBytes()).toBe(0)

  for (const i of [0, 1, 2, 3]) await records.write([{ key: `task/${i}`, value: undefined }])
  await records.write([{ key: 'task/new', value }])
  expect(records.get('task/new')).toBe(value)
  await records.close()
  expect((await openRecords({ folder })).entries('task/')).toHaveLength(kept - 3)
})
