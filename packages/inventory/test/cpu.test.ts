import { expect, test } from 'vitest'
import { parseCpuList } from '../src/cpu/cpu-list.ts'
import { describeCpus } from '../src/cpu/cpu-sysfs.ts'
import { recordedFiles } from './recorded-files.ts'

const seen = { model: 'as node sees it', threads: 3 }
const cpu = '/sys/devices/system/cpu'

/** Two sockets of one core with two threads each, and a cache for each of both levels. */
function twoSockets(): Record<string, string> {
  const files: Record<string, string> = {
    [`${cpu}/online`]: '0-3\n',
    [`${cpu}/cpu0/cpufreq/base_frequency`]: '2400000\n',
    [`${cpu}/cpu0/cpufreq/cpuinfo_max_freq`]: '3600000\n',
    [`${cpu}/cpu0/cpufreq/scaling_governor`]: 'performance\n',
    '/sys/devices/system/node/node0/cpulist': '0,2\n',
    '/sys/devices/system/node/node0/meminfo': 'Node 0 MemTotal:       65536 kB\nNode 0 MemFree: 1 kB\n',
    '/sys/devices/system/node/node1/cpulist': '1,3\n',
    '/sys/devices/system/node/possible': '0-1\n',
    '/proc/cpuinfo':
      'processor\t: 0\nmodel name\t: Intel(R) Xeon(R)  Gold 6148 CPU @ 2.40GHz\nflags\t\t: fpu avx2 avx512f lm\n\nprocessor\t: 1\n',
  }
  for (const id of [0, 1, 2, 3]) {
    const shared = id % 2 === 0 ? '0,2\n' : '1,3\n'
    files[`${cpu}/cpu${id}/topology/physical_package_id`] = `${id % 2}\n`
    files[`${cpu}/cpu${id}/topology/thread_siblings_list`] = shared
    for (const [index, level, type, size] of [
      ['index0', '1', 'Data', '32K'],
      ['index3', '3', 'Unified', '28160K'],
    ]) {
      const folder = `${cpu}/cpu${id}/cache/${index}`
      Object.assign(files, {
        [`${folder}/level`]: level,
        [`${folder}/type`]: type,
        [`${folder}/size`]: size,
        [`${folder}/shared_cpu_list`]: shared,
      })
    }
  }
  return files
}

test('sockets, cores, threads, caches and NUMA nodes are counted once each', () => {
  expect(describeCpus(recordedFiles(twoSockets()), seen)).toEqual({
    model: 'Intel(R) Xeon(R) Gold 6148 CPU @ 2.40GHz',
    sockets: 2,
    cores: 2,
    threads: 4,
    baseMhz: 2400,
    boostMhz: 3600,
    governor: 'performance',
    instructionSets: ['avx2', 'avx512f'],
    caches: [
      { level: 1, type: 'data', sizeBytes: 32 * 1024, count: 2 },
      { level: 3, type: 'unified', sizeBytes: 28160 * 1024, count: 2 },
    ],
    numa: [
      { id: 'numa/0', cpus: '0,2', memoryBytes: 65536 * 1024 },
      { id: 'numa/1', cpus: '1,3', memoryBytes: undefined },
    ],
  })
})

test('without frequencies in /sys the model name tells the base', () => {
  const { [`${cpu}/cpu0/cpufreq/base_frequency`]: _, ...files } = twoSockets()
  expect(describeCpus(recordedFiles(files), seen)).toMatchObject({ baseMhz: 2400, boostMhz: 3600 })
})

test('ARM tells numbers instead of names', () => {
  const info =
    'processor\t: 0\nFeatures\t: fp asimd aes sve\nCPU implementer\t: 0x41\nCPU part\t: 0xd40\n\nprocessor\t: 1\n'
  const described = describeCpus(recordedFiles({ '/proc/cpuinfo': info }), seen)
  expect(described).toMatchObject({ model: 'Neoverse V1', threads: 2, instructionSets: ['aes', 'asimd', 'sve'] })
})

test('where the kernel tells nothing, what node sees stands', () => {
  expect(describeCpus(recordedFiles({}), seen)).toMatchObject({ ...seen, sockets: 1, cores: 3, numa: [], caches: [] })
})

test('a list of CPUs is bounded, and what is no number is left out', () => {
  expect(parseCpuList('0-2,5,x,7-\n')).toEqual([0, 1, 2, 5])
  expect(parseCpuList('0-4000000000')).toHaveLength(8192)
})
