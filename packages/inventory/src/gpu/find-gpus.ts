import { type HostFiles, numaNodeOf } from '../host-files.ts'
import type { Found } from '../inventory.ts'
import type { Probe } from '../probe.ts'
import { amdQuestions, parseAmdSmi } from './amd-smi.ts'
import { type FoundGpu, gpuEntry } from './found-gpu.ts'
import { gpusOfKernel } from './gpu-sysfs.ts'
import { nvidiaQuestions, parseNvidia } from './nvidia.ts'
import { parseRocmSmi, rocmQuestion } from './rocm-smi.ts'
import { type RunTool, toolRunner } from './run-tool.ts'
import { parseXpuDevice, parseXpuList, xpuQuestions } from './xpu-smi.ts'

/** as many as one offer can name */
const gpusMax = 1024

/** All devices that a vendor's tool or the kernel knows of: NVIDIA's first, then AMD's and Intel's. */
export async function findGpus(probe: Probe, run: RunTool = toolRunner(probe)): Promise<Found> {
  const { files, seenAt } = probe
  const [nvidia, amd, intel] = await Promise.all([askNvidia(run), askAmd(run), askIntel(run)])
  const gpus = withoutTwins([...nvidia, ...amd, ...intel, ...gpusOfKernel(files)]).slice(0, gpusMax)
  const found: Found = { entries: [], relations: [] }
  for (const gpu of gpus) {
    const entry = gpuEntry(gpu, seenAt)
    found.entries.push(entry)
    const node = nodeOf(files, gpu)
    if (node !== undefined) found.relations.push({ from: entry.id, relation: 'near', to: node })
    for (const { pid } of gpu.facts.processes)
      found.relations.push({ from: `process/${pid}`, relation: 'uses', to: entry.id })
  }
  return found
}

async function askNvidia(run: RunTool): Promise<FoundGpu[]> {
  const ask = (args: readonly string[]) => run('nvidia-smi', args)
  const [devices, processes, versions] = await Promise.all([
    ask(nvidiaQuestions.devices),
    ask(nvidiaQuestions.processes),
    ask(nvidiaQuestions.versions),
  ])
  return parseNvidia({ devices, processes, versions })
}

async function askAmd(run: RunTool): Promise<FoundGpu[]> {
  const devices = await run('amd-smi', amdQuestions.devices)
  if (devices === '') return parseRocmSmi(await run('rocm-smi', rocmQuestion))
  const [use, processes] = await Promise.all([run('amd-smi', amdQuestions.use), run('amd-smi', amdQuestions.processes)])
  return parseAmdSmi({ devices, use, processes })
}

async function askIntel(run: RunTool): Promise<FoundGpu[]> {
  const ids = parseXpuList(await run('xpu-smi', xpuQuestions.list))
  const devices = ids.slice(0, gpusMax).map(async (id) => {
    const [device, use] = await Promise.all([
      run('xpu-smi', xpuQuestions.device(id)),
      run('xpu-smi', xpuQuestions.use(id)),
    ])
    return parseXpuDevice(device, use) ?? []
  })
  return (await Promise.all(devices)).flat()
}

/** What a tool has told of is not told again by the kernel, which knows less. */
function withoutTwins(gpus: readonly FoundGpu[]): FoundGpu[] {
  const places = new Set<string>()
  return gpus.filter(({ facts: { pciAddress } }) => {
    if (pciAddress === undefined) return true
    if (places.has(pciAddress)) return false
    places.add(pciAddress)
    return true
  })
}

function nodeOf(files: HostFiles, { facts }: FoundGpu): string | undefined {
  return facts.pciAddress === undefined ? undefined : numaNodeOf(files, `/sys/bus/pci/devices/${facts.pciAddress}`)
}
