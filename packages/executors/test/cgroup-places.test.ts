import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { RunCgroup } from '../src/guardian/run-cgroup.ts'
import { findPlace } from '../src/limits/find-place.ts'
import { limitsInForce } from '../src/limits/limits-in-force.ts'
import { defaultTaskLimits } from '../src/limits/task-limits.ts'
import { findV1Parents } from '../src/limits/v1-parents.ts'
import { findV2Parent } from '../src/limits/v2-parent.ts'

// Plain folders with the files of cgroups: what is decided by their content. The kernel's part is tested on real ones.
let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'souk-cgroup-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const has = (folder: string, files: Record<string, string>) => {
  mkdirSync(folder, { recursive: true })
  for (const name in files) writeFileSync(join(folder, name), files[name]!)
}

test('v2: the nearest cgroup with a memory controller; controllers that it does not pass on are asked for', () => {
  const [service, own] = [join(root, 'user'), join(root, 'user', 'session')]
  has(service, { 'cgroup.controllers': 'cpuset cpu io memory pids\n', 'cgroup.subtree_control': 'memory\n' })
  has(own, { 'cgroup.controllers': 'io\n' })
  const { parents, version } = findV2Parent([{ version: 2, controllers: [], folders: [root, service, own] }], 'souk-x')
  expect(version).toBe(2)
  expect(parents.map(({ folder }) => folder)).toEqual([join(service, 'souk-x')])
  expect(readFileSync(join(service, 'cgroup.subtree_control'), 'utf8')).toBe('+cpu +pids')
  expect(readFileSync(join(service, 'souk-x', 'cgroup.subtree_control'), 'utf8')).toBe('+cpu +pids +memory')
})

test('v2 without a memory controller is said so, with the folder', () => {
  has(root, { 'cgroup.controllers': 'hugetlb\n' })
  const { parents, reason } = findV2Parent([{ version: 2, controllers: [], folders: [root] }], 'souk-x')
  expect(parents).toEqual([])
  expect(reason).toBe(`cgroup v2 is not delegated to this peer (${root}: it has no memory controller)`)
})

test('v1: a folder in each hierarchy that is used; one that cannot be made is named', () => {
  const [memory, cpu] = [join(root, 'memory'), join(root, 'cpu')]
  has(join(memory, 'own'), {})
  has(cpu, {})
  const hierarchies = [
    { version: 1 as const, controllers: ['memory'], folders: [memory, join(memory, 'own')] },
    { version: 1 as const, controllers: ['cpu', 'cpuacct'], folders: [cpu, join(cpu, 'seen', 'elsewhere')] },
    { version: 1 as const, controllers: ['freezer'], folders: [root] },
    { version: 1 as const, controllers: ['pids'], folders: [join(root, 'missing', 'pids')] },
  ]
  const { parents, reason } = findV1Parents(hierarchies, 'souk-x')
  expect(parents).toEqual([
    { folder: join(memory, 'own', 'souk-x'), controllers: ['memory'] },
    { folder: join(cpu, 'souk-x'), controllers: ['cpu', 'cpuacct'] },
  ])
  expect(reason).toBe('cgroup v1 gives this peer no pids')
  const means = { place: { version: 1 as const, parents }, reason, watched: true }
  expect(limitsInForce(means, defaultTaskLimits)).toMatchObject({
    memory: 'cgroup-v1',
    cpu: 'cgroup-v1',
    processes: 'watchdog',
    reason,
  })
})

test('where there are no cgroups, or none for this peer, there is no place', async () => {
  const gone = [{ version: 1 as const, controllers: ['memory'], folders: [join(root, 'memory', 'gone')] }]
  const reason = 'cgroup v1 gives this peer no memory, cpu, pids'
  expect(await findPlace(gone, root)).toEqual({ place: undefined, reason })
  expect(await findPlace([], root)).toEqual({ place: undefined, reason: 'no cgroups are mounted here' })
})

test('limits of a run stand in the files of each version, and what is not asked for in none', () => {
  const limits = { memoryBytes: 64e6, cpuMilli: 1500, processes: 100 }
  has(root, {})
  new RunCgroup({ version: 2, parents: [{ folder: root, controllers: ['cpu', 'pids', 'memory'] }] }, 'two', limits)
  const read = (file: string) => (existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : undefined)
  expect(['cpu.max', 'pids.max', 'memory.max'].map((file) => read(`two/${file}`))).toEqual([
    '150000 100000',
    '100',
    '64000000',
  ])
  const one = { version: 1 as const, parents: [{ folder: root, controllers: ['cpu' as const, 'memory' as const] }] }
  new RunCgroup(one, 'one', { ...limits, cpuMilli: 1 })
  expect(['cpu.cfs_quota_us', 'memory.limit_in_bytes', 'pids.max'].map((file) => read(`one/${file}`))).toEqual([
    '1000',
    '64000000',
    undefined,
  ])
  new RunCgroup(one, 'none', { memoryBytes: 0, cpuMilli: 0, processes: 0 })
  expect(['cpu.cfs_quota_us', 'memory.limit_in_bytes'].map((file) => read(`none/${file}`))).toEqual([
    undefined,
    undefined,
  ])
})

test('v2: what has more memory than it may from now on keeps its limits, and what can fit gets the new ones', () => {
  const limits = { memoryBytes: 128e6, cpuMilli: 0, processes: 0 }
  const parents = [{ folder: root, controllers: ['memory' as const] }]
  const run = new RunCgroup({ version: 2, parents }, 'run', limits)
  const files = () => ['memory.max', 'memory.high'].map((file) => readFileSync(join(root, 'run', file), 'utf8'))
  // More than its own memory: caches, shared memory and what the kernel has for it count, too.
  has(join(root, 'run'), { 'memory.current': '90000000\n', 'memory.stat': 'anon 1000000\nfile 89000000\n' })
  expect(() => run.limit({ ...limits, memoryBytes: 64e6 })).toThrow('it has 90000000 bytes already')
  expect(files()).toEqual(['128000000', 'max'])
  run.limit({ ...limits, memoryBytes: 96e6 })
  expect(files()).toEqual(['96000000', 'max'])
  run.limit({ ...limits, memoryBytes: 0 })
  expect(files()).toEqual(['max', 'max'])
  has(join(root, 'run'), { 'memory.events': 'oom 1\noom_kill 1\n' })
  expect(() => run.limit(limits)).toThrow('it was killed for want of memory')
})

test('v2: what had no limit has no swap from before it is squeezed on', () => {
  const unlimited = { memoryBytes: 0, cpuMilli: 0, processes: 0 }
  const folder = join(root, 'run')
  const run = new RunCgroup({ version: 2, parents: [{ folder: root, controllers: ['memory'] }] }, 'run', unlimited)
  has(folder, { 'memory.current': '90000000\n', 'memory.swap.current': '0\n', 'memory.swap.max': 'max\n' })
  // As far as the squeezing goes: what it has is too much.
  expect(() => run.limit({ ...unlimited, memoryBytes: 64e6 })).toThrow('it has 90000000 bytes already')
  expect(readFileSync(join(folder, 'memory.swap.max'), 'utf8')).toBe('0')
})

test('what the kernel counted of a run is read, in the words of each version', () => {
  const limits = { memoryBytes: 0, cpuMilli: 0, processes: 0 }
  const parents = [{ folder: root, controllers: ['cpu' as const, 'pids' as const, 'memory' as const] }]
  const run = new RunCgroup({ version: 2, parents }, 'run', limits)
  expect(run).toMatchObject({ oomKills: 0, forksRefused: 0, memoryPeakBytes: undefined, cpuMs: 0 })
  has(join(root, 'run'), {
    'memory.events': 'low 0\nhigh 0\nmax 12\noom 2\noom_kill 3\noom_group_kill 1\n',
    'memory.peak': '63000000\n',
    'pids.events': 'max 7\n',
    'cpu.stat': 'usage_usec 1234567\nuser_usec 1000000\n',
  })
  expect(run).toMatchObject({ oomKills: 3, forksRefused: 7, memoryPeakBytes: 63e6, cpuMs: 1235 })
})

test('what the owner turned off is in force by nobody, and it is told why', () => {
  const controllers = ['cpu' as const, 'pids' as const, 'memory' as const]
  const place = { version: 2 as const, parents: [{ folder: '/x', controllers }] }
  const off = { memoryBytesDefault: 0, processesMax: 0, cpuQuota: false }
  expect(limitsInForce({ place, reason: '', watched: true }, off)).toEqual({
    memory: 'cgroup-v2',
    cpu: 'nothing',
    processes: 'nothing',
    folders: ['/x'],
    reason: 'the owner lets commands use idle CPUs; the owner sets no limit of processes',
  })
  expect(limitsInForce({ place: undefined, reason: 'none', watched: false }, defaultTaskLimits)).toMatchObject({
    memory: 'nothing',
    reason: 'none',
  })
})
