import type { GpuProcess } from '../hardware-facts.ts'
import { at, isTree, parseTree, type Tree, textAt, treesIn } from '../json-tree.ts'
import { type FoundGpu, known, numberIn, pciAddressOf } from './found-gpu.ts'

/** What amd-smi (ROCm 6 and later) is asked. */
export const amdQuestions = {
  devices: ['static', '--asic', '--bus', '--vram', '--driver', '--json'],
  use: ['metric', '--usage', '--mem-usage', '--json'],
  processes: ['process', '--general', '--json'],
}

/** What it answered; '' where it failed. */
export interface AmdAnswers {
  devices: string
  use: string
  processes: string
}

const units: Record<string, number> = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 }

/** AMD devices in the order of amd-smi. */
export function parseAmdSmi(answers: AmdAnswers): FoundGpu[] {
  const uses = byDevice(answers.use)
  const processes = byDevice(answers.processes)
  return [...byDevice(answers.devices)].flatMap(([index, device]) => {
    const model = known(textAt(device, 'asic', 'market_name'))
    if (model === undefined) return []
    const serial = known(textAt(device, 'asic', 'asic_serial'))
    const pciAddress = pciAddressOf(textAt(device, 'bus', 'bdf') ?? '')
    const use = uses.get(index)
    const facts = {
      vendor: 'AMD',
      model,
      memoryBytes: bytesAt(device, 'MB', 'vram', 'size') ?? 0,
      memoryUsedBytes: bytesAt(use, 'MB', 'mem_usage', 'used_vram'),
      integrated: false,
      computeUnits: numberIn(at(device, 'asic', 'num_compute_units')),
      driver: known(textAt(device, 'driver', 'version')) ?? known(textAt(device, 'driver', 'driver_version')),
      api: 'ROCm',
      utilisationPercent: numberIn(amountIn(at(use, 'usage', 'gfx_activity'))),
      pciAddress,
      processes: processesOf(processes.get(index)),
    }
    return [{ key: `amd-${serial ?? pciAddress ?? index}`, trouble: undefined, facts }]
  })
}

/** A list of {gpu: 0, …}; since ROCm 7 it stands in `gpu_data`. */
function byDevice(text: string): Map<number, Tree> {
  const answer = parseTree(text)
  const devices = treesIn(isTree(answer) ? answer.gpu_data : answer)
  return new Map(devices.flatMap((device) => (typeof device.gpu === 'number' ? [[device.gpu, device] as const] : [])))
}

/** Amounts are {value, unit}, or plain in old versions. */
function amountIn(amount: unknown): unknown {
  return isTree(amount) ? amount.value : amount
}

/** `plainUnit` is the unit of an amount that tells none. */
function bytesAt(tree: unknown, plainUnit: string, ...names: string[]): number | undefined {
  const amount = at(tree, ...names)
  const value = numberIn(amountIn(amount))
  const unit = (isTree(amount) ? textAt(amount, 'unit') : undefined) ?? plainUnit
  return value === undefined ? undefined : value * (units[unit] ?? 1)
}

/** Each is a `process_info`; where there are none, it is a text that says so. */
function processesOf(device: Tree | undefined): GpuProcess[] {
  const list = at(device, 'process_list')
  return treesIn(list).flatMap((item) => {
    const info = isTree(item.process_info) ? item.process_info : item
    const pid = numberIn(info.pid)
    if (pid === undefined) return []
    const memoryBytes = bytesAt(info, 'B', 'memory_usage', 'vram_mem') ?? bytesAt(info, 'B', 'mem_usage')
    return [{ pid, name: known(textAt(info, 'name')) ?? 'a process', memoryBytes }]
  })
}
