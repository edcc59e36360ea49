import { expect, test } from 'vitest'
import { cgroupLimits } from '../src/index.ts'

const limitsOf = (files: Record<string, string>) => cgroupLimits({ read: (path) => files[path] })

const v2Mount = '34 25 0:29 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate\n'

test('a v2 container with its own namespace: limits at the root of the mount', () => {
  const files = {
    '/proc/self/mountinfo': `1 0 8:1 / / rw - ext4 /dev/sda1 rw\n${v2Mount}`,
    '/proc/self/cgroup': '0::/\n',
    '/sys/fs/cgroup/cpu.max': '200000 100000\n',
    '/sys/fs/cgroup/memory.max': '2147483648\n',
  }
  expect(limitsOf(files)).toEqual({ cpuMilli: 2000, memoryBytes: 2 ** 31 })
})

test('a v2 service: the tightest of its own limits and those above it', () => {
  const files = {
    '/proc/self/mountinfo': v2Mount,
    '/proc/self/cgroup': '0::/system.slice/souk.service\n',
    '/sys/fs/cgroup/system.slice/cpu.max': '150000 100000\n',
    '/sys/fs/cgroup/system.slice/memory.max': 'max\n',
    '/sys/fs/cgroup/system.slice/souk.service/cpu.max': 'max 100000\n',
    '/sys/fs/cgroup/system.slice/souk.service/memory.max': '536870912\n',
  }
  expect(limitsOf(files)).toEqual({ cpuMilli: 1500, memoryBytes: 2 ** 29 })
})

const v1Mounts = (root: string) =>
  [
    `31 30 0:28 ${root} /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct`,
    `34 30 0:31 ${root} /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory`,
    `40 30 0:37 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw`,
  ].join('\n')

test('a v1 container without a namespace: the mount begins at its own cgroup', () => {
  const files = {
    '/proc/self/mountinfo': v1Mounts('/docker/abc'),
    '/proc/self/cgroup': '5:cpuacct,cpu:/docker/abc\n4:memory:/docker/abc\n0::/docker/abc\n',
    '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '50000\n',
    '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': '1073741824\n',
  }
  expect(limitsOf(files)).toEqual({ cpuMilli: 500, memoryBytes: 2 ** 30 })
})

test('v1 without limits says so with -1 and with a number near 2^63', () => {
  const files = {
    '/proc/self/mountinfo': v1Mounts('/'),
    '/proc/self/cgroup': '4:memory:/user/1\n1:cpu,cpuacct:/\n0::/\n',
    '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '-1\n',
    '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    '/sys/fs/cgroup/memory/user/1/memory.limit_in_bytes': '9223372036854771712\n',
  }
  expect(limitsOf(files)).toEqual({ cpuMilli: undefined, memoryBytes: undefined })
})

test('a system without cgroups has no limits', () => {
  expect(limitsOf({})).toEqual({ cpuMilli: undefined, memoryBytes: undefined })
})

test('files that hold something else set no limit', () => {
  const files = {
    '/proc/self/mountinfo': `garbage\n${v2Mount}1 2 - \n`,
    '/proc/self/cgroup': 'nonsense\n0::/../outside\n',
    '/sys/fs/cgroup/cpu.max': '0 0\n',
    '/sys/fs/cgroup/memory.max': 'much\n',
  }
  expect(limitsOf(files)).toEqual({ cpuMilli: undefined, memoryBytes: undefined })
})
