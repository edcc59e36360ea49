import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseAmdSmi } from '../src/gpu/amd-smi.ts'
import { gpuEntry } from '../src/gpu/found-gpu.ts'
import { parseNvidia } from '../src/gpu/nvidia.ts'
import { parseRocmSmi } from '../src/gpu/rocm-smi.ts'
import { parseXpuDevice, parseXpuList } from '../src/gpu/xpu-smi.ts'
import { recorded } from './fixtures/recorded.ts'

const mebi = 2 ** 20

const nvidia = parseNvidia({
  devices: recorded('nvidia-smi/devices.csv'),
  processes: recorded('nvidia-smi/processes.csv'),
  versions: recorded('nvidia-smi/versions.txt'),
})
const nvidiaEntries = nvidia.map((gpu) => gpuEntry(gpu, 'now'))

test('NVIDIA: devices come by index, known by their own number; memory in bytes', () => {
  expect(nvidiaEntries[0]).toEqual({
    id: 'gpu/GPU-5c0bd1d2-96a5-4b5f-8f5a-0d6b1a7c9e21',
    kind: 'gpu',
    name: 'NVIDIA GeForce RTX 4070',
    seenAt: 'now',
    availability: { state: 'available' },
    declared: false,
    facts: {
      vendor: 'NVIDIA',
      model: 'NVIDIA GeForce RTX 4070',
      memoryBytes: 12282 * mebi,
      memoryUsedBytes: mebi,
      integrated: false,
      computeUnits: undefined,
      driver: '550.54.14',
      api: 'CUDA 12.4',
      utilisationPercent: 0,
      pciAddress: '0000:65:00.0',
      processes: [],
    },
  })
})

test('NVIDIA: a device is in use by the processes on it', () => {
  expect(nvidiaEntries[1]).toMatchObject({
    availability: { state: 'in-use', reason: 'used by /usr/bin/python3 (41231), [Not Found] (41777)' },
    facts: {
      processes: [
        { pid: 41231, name: '/usr/bin/python3', memoryBytes: 11520 * mebi },
        { pid: 41777, memoryBytes: undefined },
      ],
    },
  })
})

test('NVIDIA: what the driver does not know counts as nothing, and a comma in a name stays', () => {
  expect(nvidiaEntries[2]).toMatchObject({
    name: 'NVIDIA GB10, rev 2',
    availability: { state: 'unavailable', reason: expect.stringContaining('Prohibited') },
    facts: { memoryBytes: 0, memoryUsedBytes: undefined, utilisationPercent: undefined },
  })
})

test('NVIDIA: a device that its driver has lost cannot be used, and is known by its place', () => {
  expect(nvidiaEntries[3]).toMatchObject({
    id: 'gpu/nvidia-3',
    availability: { state: 'unavailable', reason: 'its driver has lost it' },
  })
})

test.each([
  '',
  'No devices were found\n',
  "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure, that the, latest, a, b, c, d, e\n",
])('NVIDIA: a message instead of devices is no device', (devices) =>
  expect(parseNvidia({ devices, processes: devices, versions: devices })).toEqual([]),
)

test('AMD: amd-smi tells compute units, use and processes', () => {
  const [first, second] = parseAmdSmi({
    devices: recorded('amd-smi/static.json'),
    use: recorded('amd-smi/metric.json'),
    processes: recorded('amd-smi/process.json'),
  })
  expect(first).toEqual({
    key: 'amd-0x4A3F2B1C0D9E8F70',
    trouble: undefined,
    facts: {
      vendor: 'AMD',
      model: 'AMD Instinct MI300X',
      memoryBytes: 196592 * mebi,
      memoryUsedBytes: 51200 * mebi,
      integrated: false,
      computeUnits: 304,
      driver: '6.8.5',
      api: 'ROCm',
      utilisationPercent: 63,
      pciAddress: '0000:05:00.0',
      processes: [{ pid: 90210, name: 'python3', memoryBytes: 53687091200 }],
    },
  })
  expect(second).toMatchObject({
    key: 'amd-0000:26:00.0',
    facts: { computeUnits: undefined, utilisationPercent: undefined, memoryUsedBytes: 283 * mebi, processes: [] },
  })
})

test('AMD: the newer form of amd-smi, without use and processes', () => {
  const [gpu] = parseAmdSmi({ devices: recorded('amd-smi/static-7.json'), use: '', processes: '' })
  expect(gpu).toMatchObject({ facts: { model: 'AMD Radeon PRO W7900', memoryBytes: 48 * 2 ** 30, computeUnits: 96 } })
})

test('AMD: what a process takes is in bytes where no unit is told', () => {
  const processes = '[{"gpu":0,"process_list":[{"process_info":{"pid":7,"mem_usage":{"value":4096}}}]}]'
  const [gpu] = parseAmdSmi({ devices: recorded('amd-smi/static-7.json'), use: '', processes })
  expect(gpu!.facts.processes).toEqual([{ pid: 7, name: 'a process', memoryBytes: 4096 }])
})

test('AMD: rocm-smi, in the order of its cards', () => {
  expect(parseRocmSmi(recorded('rocm-smi/all.json'))).toMatchObject([
    {
      key: 'amd-0x1a2b3c4d5e6f7081',
      facts: { model: 'AMD Instinct MI210', memoryBytes: 68702699520, utilisationPercent: 12, driver: '6.2.4' },
    },
    { key: 'amd-0000:23:00.0', facts: { model: 'Radeon RX 6800 XT', memoryUsedBytes: 10969088 } },
  ])
})

test('Intel: xpu-smi', () => {
  expect(parseXpuList(recorded('xpu-smi/discovery.json'))).toEqual([0])
  expect(parseXpuDevice(recorded('xpu-smi/device.json'), recorded('xpu-smi/stats.json'))).toMatchObject({
    key: 'intel-00000000-0000-003a-0000-002f0bd58086',
    facts: {
      vendor: 'Intel',
      model: 'Intel(R) Data Center GPU Max 1550',
      memoryBytes: 2 ** 37,
      memoryUsedBytes: 2 ** 31,
      computeUnits: 1024,
      utilisationPercent: 41.5,
      api: 'Level Zero',
    },
  })
})

test('whatever a tool writes, its parser answers', () => {
  const strange = fc.oneof(
    fc.string(),
    fc.json(),
    fc.constantFrom('{"gpu_data":[{"gpu":0,"asic":[]}]}', 'null', '[[]]'),
  )
  fc.assert(
    fc.property(strange, strange, (one, other) => {
      parseNvidia({ devices: one, processes: other, versions: one })
      parseAmdSmi({ devices: one, use: other, processes: other })
      parseRocmSmi(one)
      parseXpuList(one)
      parseXpuDevice(one, other)
    }),
  )
})
