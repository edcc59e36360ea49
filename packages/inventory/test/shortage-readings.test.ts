import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { memoryFreeShare, parseStallShare, readShortages } from '../src/usage/shortage-readings.ts'

const kib = 1024
const host = { '/proc/meminfo': 'MemTotal:  1000 kB\nMemAvailable:  400 kB\n' }
const container = {
  ...host,
  '/proc/self/cgroup': '0::/\n',
  '/proc/self/mountinfo': '30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n',
  '/sys/fs/cgroup/memory.max': `${500 * kib}\n`,
  '/sys/fs/cgroup/memory.current': `${480 * kib}\n`,
  '/sys/fs/cgroup/memory.stat': `anon ${300 * kib}\ninactive_file ${30 * kib}\n`,
}
const filesOf = (all: Record<string, string>) => ({ read: (path: string) => all[path] })

test('memory that is left is what could be had, of the host or of its container, whichever has less', () => {
  expect(memoryFreeShare(filesOf(host), 1000 * kib)).toBeCloseTo(0.4)
  expect(memoryFreeShare(filesOf(container), 1000 * kib)).toBeCloseTo(0.1)
  const unlimited = { ...container, '/sys/fs/cgroup/memory.max': 'max\n' }
  expect(memoryFreeShare(filesOf(unlimited), 1000 * kib)).toBeCloseTo(0.4)
  expect(memoryFreeShare(filesOf({}), 1000 * kib)).toBeUndefined()
})

test('stalls are read of the last ten seconds, where the kernel tells of them', () => {
  const text = 'some avg10=9.00 avg60=0.00 avg300=0.00 total=1\nfull avg10=2.50 avg60=0.00 avg300=0.00 total=1\n'
  expect(parseStallShare(text)).toBeCloseTo(0.025)
  expect(parseStallShare('some avg10=9.00 avg60=0.00 avg300=0.00 total=1\n')).toBeUndefined()
})

test('what this very host has left can be read, and what it does not tell is absent', async () => {
  const nothing = { read: () => undefined, list: () => [], target: () => undefined }
  const { diskFreeBytes, ...rest } = await readShortages(tmpdir(), nothing)
  expect([diskFreeBytes! > 0, rest]).toEqual([true, {}])
  expect(await readShortages('/no/such/folder', nothing)).toEqual({})
})
