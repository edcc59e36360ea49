import type { GpuProcess } from '../hardware-facts.ts'
import { type FoundGpu, known, numberIn, pciAddressOf } from './found-gpu.ts'

const mebibyte = 1024 * 1024

/** Known to drivers of the last ten years: one unknown field fails the whole question. The name comes last. */
const deviceFields = [
  'index',
  'uuid',
  'pci.bus_id',
  'memory.total',
  'memory.used',
  'driver_version',
  'utilization.gpu',
  'compute_mode',
  'name',
]

/** What nvidia-smi is asked. */
export const nvidiaQuestions = {
  devices: [`--query-gpu=${deviceFields.join(',')}`, '--format=csv,noheader,nounits'],
  processes: ['--query-compute-apps=gpu_uuid,pid,used_gpu_memory,process_name', '--format=csv,noheader,nounits'],
  /** its head says the version of CUDA */
  versions: ['-q', '-d', 'COMPUTE'],
}

/** What it answered; '' where it failed. */
export interface NvidiaAnswers {
  devices: string
  processes: string
  versions: string
}

/** NVIDIA devices by index. A message instead of an answer is no device. */
export function parseNvidia(answers: NvidiaAnswers): FoundGpu[] {
  const cuda = /^CUDA Version\s*:\s*([\d.]+)/m.exec(answers.versions)?.[1]
  const processes = parseProcesses(answers.processes)
  return answers.devices
    .split('\n')
    .flatMap((line) => parseDevice(line, processes, cuda) ?? [])
    .sort((a, b) => a.index - b.index)
    .map(({ found }) => found)
}

function parseDevice(
  line: string,
  processes: ReadonlyMap<string, GpuProcess[]>,
  cuda: string | undefined,
): { index: number; found: FoundGpu } | undefined {
  const cells = line.split(',').map((cell) => cell.trim())
  if (cells.length < deviceFields.length || !/^\d+$/.test(cells[0]!)) return undefined
  const [index, uuid, bus, total, used, driver, busy, mode] = cells
  // A name may hold commas; the cells before it do not.
  const model = cells.slice(deviceFields.length - 1).join(', ')
  const usedMiB = numberIn(used)
  const found: FoundGpu = {
    key: known(uuid) ?? `nvidia-${index}`,
    trouble: troubleOf(line, mode),
    facts: {
      vendor: 'NVIDIA',
      model,
      memoryBytes: (numberIn(total) ?? 0) * mebibyte,
      memoryUsedBytes: usedMiB === undefined ? undefined : usedMiB * mebibyte,
      integrated: false,
      computeUnits: undefined,
      driver: known(driver),
      api: cuda === undefined ? 'CUDA' : `CUDA ${cuda}`,
      utilisationPercent: numberIn(busy),
      pciAddress: pciAddressOf(bus ?? ''),
      processes: processes.get(uuid ?? '') ?? [],
    },
  }
  return { index: Number(index), found }
}

function troubleOf(line: string, mode: string | undefined): string | undefined {
  if (/GPU is lost|GPU requires reset|\[?Unknown Error\]?|ERR!/i.test(line)) return 'its driver has lost it'
  return mode === 'Prohibited' ? 'its compute mode is Prohibited (nvidia-smi -c 0 lifts it)' : undefined
}

/** 'GPU-…, 1234, 5000, python' a process. */
function parseProcesses(csv: string): Map<string, GpuProcess[]> {
  const byDevice = new Map<string, GpuProcess[]>()
  for (const line of csv.split('\n')) {
    const [uuid = '', pid = '', memory, ...name] = line.split(',').map((cell) => cell.trim())
    if (!uuid.startsWith('GPU-') || !/^\d+$/.test(pid)) continue
    const usedMiB = numberIn(memory)
    const process = {
      pid: Number(pid),
      name: known(name.join(', ')) ?? 'a process',
      memoryBytes: usedMiB === undefined ? undefined : usedMiB * mebibyte,
    }
    byDevice.set(uuid, [...(byDevice.get(uuid) ?? []), process])
  }
  return byDevice
}
