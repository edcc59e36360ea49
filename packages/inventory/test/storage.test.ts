import { expect, test } from 'vitest'
import { modulesOf } from '../src/memory/find-memory.ts'
import { findLinks } from '../src/network/links.ts'
import type { Probe } from '../src/probe.ts'
import { versionInPath } from '../src/software/find-software.ts'
import { deviceOfSource, findDevices } from '../src/storage/devices.ts'
import { mountOf, parseMounts } from '../src/storage/mounts.ts'
import { recordedFiles } from './recorded-files.ts'

const mountinfo = `22 26 0:21 / /sys rw,relatime - sysfs sysfs rw
26 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw
40 26 259:2 /run/netns /run/netns rw - ext4 /dev/nvme0n1p2 rw
50 26 8:1 / /mnt/big\\040disk ro,relatime - xfs /dev/sda1 rw
60 26 0:50 / /home rw - nfs4 server:/export/home rw,vers=4.2
70 26 0:60 / /dev/shm rw - tmpfs tmpfs rw
`

test('file systems that hold files are listed once each, as a whole', () => {
  expect(parseMounts(mountinfo).map(({ path, source, readOnly }) => [path, source, readOnly])).toEqual([
    ['/', '/dev/nvme0n1p2', false],
    ['/home', 'server:/export/home', false],
    ['/mnt/big disk', '/dev/sda1', true],
  ])
})

test('a path belongs to the file system that is mounted closest above it', () => {
  const mounts = parseMounts(mountinfo)
  expect(mountOf(mounts, '/home/ann/.souk')?.path).toBe('/home')
  expect(mountOf(mounts, '/home')?.path).toBe('/home')
  expect(mountOf(mounts, '/homework')?.path).toBe('/')
  expect(mountOf([], '/home')).toBeUndefined()
})

const disks = recordedFiles({
  '/sys/block/loop0/size': '128',
  '/sys/block/nvme0n1/size': '1953525168\n',
  '/sys/block/nvme0n1/queue/rotational': '0\n',
  '/sys/block/nvme0n1/device/model': 'Samsung SSD 980 PRO 1TB                 \n',
  '/sys/block/nvme0n1/device/numa_node': '1\n',
  '/sys/block/nvme0n1/nvme0n1p2/size': '100',
  '/sys/block/sr0/size': '100',
  '/sys/block/vda/size': '2048\n',
  '/sys/block/vda/queue/rotational': '1\n',
  '/sys/block/vda/device/driver': '-> ../../bus/virtio/drivers/virtio_blk',
})

test('disks are found with their NUMA node; a virtual one does not tell what it stands on', () => {
  const { entries, relations } = findDevices(disks, 'now')
  expect(entries.map(({ id, facts }) => [id, facts])).toEqual([
    [
      'storage/nvme0n1',
      { type: 'device', sizeBytes: 1953525168 * 512, model: 'Samsung SSD 980 PRO 1TB', rotational: false },
    ],
    ['storage/vda', { type: 'device', sizeBytes: 2048 * 512, model: undefined, rotational: undefined }],
  ])
  expect(relations).toEqual([{ from: 'storage/nvme0n1', relation: 'near', to: 'numa/1' }])
  expect(deviceOfSource(disks, '/dev/nvme0n1p2')).toBe('storage/nvme0n1')
  expect(deviceOfSource(disks, '/dev/vda')).toBe('storage/vda')
  expect(deviceOfSource(disks, 'server:/export')).toBeUndefined()
})

test('a network card without a link is told, and says why it cannot be used', () => {
  const files = recordedFiles({
    '/sys/class/net/eth0/device/numa_node': '0\n',
    '/sys/class/net/eth0/speed': '10000\n',
    '/sys/class/net/eth0/operstate': 'up\n',
    '/sys/class/net/eth1/device/numa_node': '-1\n',
    '/sys/class/net/eth1/operstate': 'down\n',
    '/sys/class/net/lo/mtu': '65536\n',
  })
  const address = { address: '192.0.2.1', internal: false }
  const interfaces = { lo: [{ address: '127.0.0.1', internal: true }], eth0: [address] } as never
  const { entries, relations } = findLinks({ files, seenAt: 'now' } as Probe, interfaces)
  expect(entries).toMatchObject([
    { id: 'network/eth0', availability: { state: 'available' }, facts: { speedMbps: 10_000 } },
    { id: 'network/eth1', availability: { state: 'unavailable', reason: 'the link is down' } },
  ])
  expect(relations).toEqual([{ from: 'network/eth0', relation: 'near', to: 'numa/0' }])
})

test('the kind of memory is told by udev, or by the memory controller', () => {
  const udev =
    'I:1\nE:MEMORY_ARRAY_NUM_DEVICES=2\nE:MEMORY_DEVICE_0_TYPE=DDR4\nE:MEMORY_DEVICE_0_SPEED_MTS=3200\nE:MEMORY_DEVICE_0_CONFIGURED_SPEED_MTS=2933\n'
  expect(modulesOf(recordedFiles({ '/run/udev/data/+dmi:id': udev }))).toEqual({
    technology: 'DDR4',
    speedMtps: 2933,
  })
  const edac = { '/sys/devices/system/edac/mc/mc0/dimm0/dimm_mem_type': 'Registered-DDR5\n' }
  expect(modulesOf(recordedFiles(edac))).toEqual({ technology: 'DDR5', speedMtps: undefined })
  expect(modulesOf(recordedFiles({}))).toEqual({ technology: undefined, speedMtps: undefined })
})

test.each([
  ['/usr/bin/python3.11', '3.11'],
  ['/usr/lib/jvm/java-17-openjdk-amd64/bin/java', '17'],
  ['/usr/lib/go-1.22/bin/go', '1.22'],
  ['/usr/bin/x86_64-linux-gnu-gcc-12', '12'],
  ['/usr/bin/git', undefined],
])('the file %s tells the version %s', (file, version) => expect(versionInPath(file)).toBe(version))
