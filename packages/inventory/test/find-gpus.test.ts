import { expect, test } from 'vitest'
import { findGpus } from '../src/gpu/find-gpus.ts'
import type { RunTool } from '../src/gpu/run-tool.ts'
import { toolRunner } from '../src/gpu/run-tool.ts'
import type { Probe } from '../src/probe.ts'
import { SearchPath } from '../src/search-path.ts'
import { recorded } from './fixtures/recorded.ts'
import { recordedFiles } from './recorded-files.ts'

const probeOf = (files: Record<string, string>): Probe =>
  ({ files: recordedFiles(files), seenAt: 'now', signal: new AbortController().signal }) as unknown as Probe
const noTool: RunTool = async () => ''

const kernel = {
  '/sys/class/drm/card0/device/vendor': '0x8086\n',
  '/sys/class/drm/card0/device/device': '0x4680\n',
  '/sys/class/drm/card0/device/driver': '-> ../../../bus/pci/drivers/i915',
  '/sys/class/drm/card1/device': '-> ../../../0000:03:00.0',
  '/sys/class/drm/card1/device/vendor': '0x1002\n',
  '/sys/class/drm/card1/device/device': '0x73bf\n',
  '/sys/class/drm/card1/device/mem_info_vram_total': '17163091968\n',
  '/sys/class/drm/card1/device/mem_info_vram_used': '10969088\n',
  '/sys/class/drm/card1/device/gpu_busy_percent': '73\n',
  '/sys/class/drm/card1-DP-1/status': 'connected\n',
  '/sys/class/drm/card2/device/vendor': '0x1a03\n',
  '/sys/class/drm/renderD128/device/vendor': '0x1002\n',
  '/sys/bus/pci/devices/0000:03:00.0/numa_node': '1\n',
}

test('without any tool the kernel tells of AMD and Intel; what shares main memory is part of the processor', async () => {
  const { entries, relations } = await findGpus(probeOf(kernel), noTool)
  expect(entries).toMatchObject([
    { id: 'gpu/intel-card0', facts: { integrated: true, driver: 'i915', memoryBytes: 0 } },
    {
      id: 'gpu/amd-0000:03:00.0',
      availability: { state: 'in-use', reason: '73 % busy' },
      facts: { integrated: false, memoryBytes: 17163091968, model: 'AMD device 0x73bf' },
    },
  ])
  expect(relations).toEqual([{ from: 'gpu/amd-0000:03:00.0', relation: 'near', to: 'numa/1' }])
})

test('what a tool has told of is not told again by the kernel', async () => {
  const run: RunTool = async (command) => (command === 'rocm-smi' ? recorded('rocm-smi/all.json') : '')
  const { entries } = await findGpus(probeOf(kernel), run)
  expect(entries.map(({ id }) => id)).toEqual(['gpu/amd-0x1a2b3c4d5e6f7081', 'gpu/amd-0000:23:00.0', 'gpu/intel-card0'])
})

test('a process is related to the device that it uses', async () => {
  const run: RunTool = async (command, args) => {
    if (command !== 'nvidia-smi') return ''
    return recorded(`nvidia-smi/${args[0]!.startsWith('--query-gpu') ? 'devices.csv' : 'processes.csv'}`)
  }
  const { relations } = await findGpus(probeOf({}), run)
  expect(relations).toContainEqual({
    from: 'process/41231',
    relation: 'uses',
    to: 'gpu/GPU-8a2f1b6e-4d3c-0e11-9c57-1f2e3d4c5b6a',
  })
})

test('a tool that is missing, or fails, has said nothing; one that is there is run', async () => {
  const run = toolRunner({ path: new SearchPath(process.env.PATH ?? ''), signal: new AbortController().signal })
  expect(await run('no-such-smi', [])).toBe('')
  expect(await run('false', [])).toBe('')
  expect(await run('echo', ['hello'])).toBe('hello\n')
})

test('who gives up while a tool runs is told so', async () => {
  const run = toolRunner({ path: new SearchPath(process.env.PATH ?? ''), signal: AbortSignal.abort() })
  await expect(run('echo', ['hello'])).rejects.toThrowError(/abort/i)
})
