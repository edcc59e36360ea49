import { isTree, parseTree, textAt, treesIn } from '../json-tree.ts'
import { type FoundGpu, known, numberIn, pciAddressOf } from './found-gpu.ts'

/** What xpu-smi (Intel XPU Manager 1.2) is asked: which devices, and each of them. */
export const xpuQuestions = {
  list: ['discovery', '-j'],
  device: (id: number) => ['discovery', '-d', String(id), '-j'],
  use: (id: number) => ['stats', '-d', String(id), '-j'],
}

/** The ids in `xpu-smi discovery -j`. */
export function parseXpuList(text: string): number[] {
  const answer = parseTree(text)
  return treesIn(isTree(answer) ? answer.device_list : undefined).flatMap(({ device_id }) =>
    typeof device_id === 'number' ? [device_id] : [],
  )
}

/** One device of `xpu-smi discovery -d N -j`, and its `stats`; undefined where the tool tells something else. */
export function parseXpuDevice(text: string, stats: string): FoundGpu | undefined {
  const device = parseTree(text)
  const model = known(textAt(device, 'device_name'))
  if (model === undefined) return undefined
  const pciAddress = pciAddressOf(textAt(device, 'pci_bdf_address') ?? '')
  const use = parseTree(stats)
  const metric = (name: string): number | undefined => {
    const found = treesIn(isTree(use) ? use.device_level : undefined).find((m) => m.metrics_type === name)
    return numberIn(found?.value)
  }
  const usedMiB = metric('XPUM_STATS_MEMORY_USED')
  return {
    key: `intel-${known(textAt(device, 'uuid')) ?? pciAddress ?? textAt(device, 'device_id')}`,
    trouble: undefined,
    facts: {
      vendor: 'Intel',
      model,
      memoryBytes: numberIn(textAt(device, 'memory_physical_size_byte')) ?? 0,
      memoryUsedBytes: usedMiB === undefined ? undefined : usedMiB * 1024 * 1024,
      integrated: false,
      computeUnits: numberIn(textAt(device, 'number_of_eus')),
      driver: known(textAt(device, 'driver_version')),
      api: 'Level Zero',
      utilisationPercent: metric('XPUM_STATS_GPU_UTILIZATION'),
      pciAddress,
      processes: [],
    },
  }
}
