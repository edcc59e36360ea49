import type { CpuCache, CpuFacts, NumaNode } from '../hardware-facts.ts'
import { type HostFiles, readAmount, readWord } from '../host-files.ts'
import { baseMhzInName, knownInstructionSets, parseCpuInfo } from './cpu-info.ts'
import { parseCpuList } from './cpu-list.ts'

const root = '/sys/devices/system/cpu'
const nodes = '/sys/devices/system/node'

export type CpuDescription = Omit<CpuFacts, 'architecture' | 'usableMilli'>

/** What Linux tells of the CPUs; `threads` is what node sees, for where the kernel tells nothing. */
export function describeCpus(files: HostFiles, seen: { model: string; threads: number }): CpuDescription {
  const info = parseCpuInfo(files.read('/proc/cpuinfo') ?? '')
  const listed = parseCpuList(files.read(`${root}/online`))
  const threads = listed.length || info.threads || seen.threads
  const { sockets, cores } = topologyOf(files, listed)
  const model = info.model ?? seen.model
  const kiloHertz = (name: string): number | undefined => {
    const value = readAmount(files, `${root}/cpu${listed[0] ?? 0}/cpufreq/${name}`)
    return value === undefined ? undefined : Math.round(value / 1000)
  }
  return {
    model,
    sockets: sockets || 1,
    cores: cores || threads,
    threads,
    baseMhz: kiloHertz('base_frequency') ?? baseMhzInName(model),
    boostMhz: kiloHertz('cpuinfo_max_freq'),
    governor: readWord(files, `${root}/cpu${listed[0] ?? 0}/cpufreq/scaling_governor`),
    instructionSets: knownInstructionSets(info.flags),
    caches: cachesOf(files, listed),
    numa: numaNodes(files),
  }
}

/** 0 and 0 where the kernel does not tell. */
function topologyOf(files: HostFiles, cpus: readonly number[]): { sockets: number; cores: number } {
  const sockets = new Set<string>()
  const cores = new Set<string>()
  for (const cpu of cpus) {
    const socket = readWord(files, `${root}/cpu${cpu}/topology/physical_package_id`)
    const siblings = readWord(files, `${root}/cpu${cpu}/topology/thread_siblings_list`)
    if (socket !== undefined) sockets.add(socket)
    // The ids of cores are unique within a die only; the list of a core's threads is unique in the host.
    if (siblings !== undefined) cores.add(siblings)
  }
  return { sockets: sockets.size, cores: cores.size }
}

const cacheTypes: Record<string, CpuCache['type']> = { Data: 'data', Instruction: 'instruction', Unified: 'unified' }

/** Like ones together; each is told by every CPU that shares it. */
function cachesOf(files: HostFiles, cpus: readonly number[]): CpuCache[] {
  const seen = new Set<string>()
  const caches = new Map<string, CpuCache>()
  for (const cpu of cpus) {
    const folder = `${root}/cpu${cpu}/cache`
    for (const index of files.list(folder).filter((name) => name.startsWith('index'))) {
      const level = readAmount(files, `${folder}/${index}/level`)
      const type = cacheTypes[readWord(files, `${folder}/${index}/type`) ?? '']
      const sizeBytes = parseCacheSize(readWord(files, `${folder}/${index}/size`))
      const shared = readWord(files, `${folder}/${index}/shared_cpu_list`) ?? String(cpu)
      if (level === undefined || type === undefined || sizeBytes === undefined) continue
      if (seen.has(`${level} ${type} ${shared}`)) continue
      seen.add(`${level} ${type} ${shared}`)
      const key = `${level} ${type} ${sizeBytes}`
      const known = caches.get(key)
      if (known) known.count++
      else caches.set(key, { level, type, sizeBytes, count: 1 })
    }
  }
  return [...caches.values()].sort((a, b) => a.level - b.level || a.type.localeCompare(b.type))
}

/** '32K', '36608K', '1M'. */
function parseCacheSize(text: string | undefined): number | undefined {
  const parts = /^(\d+)([KMG]?)$/.exec(text ?? '')
  return parts ? Number(parts[1]) * 1024 ** ['', 'K', 'M', 'G'].indexOf(parts[2]!) : undefined
}

function numaNodes(files: HostFiles): NumaNode[] {
  return files
    .list(nodes)
    .flatMap((name) => /^node(\d+)$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
    .map((node) => {
      const kib = /MemTotal:\s+(\d+) kB/.exec(files.read(`${nodes}/node${node}/meminfo`) ?? '')?.[1]
      return {
        id: `numa/${node}`,
        cpus: readWord(files, `${nodes}/node${node}/cpulist`) ?? '',
        memoryBytes: kib === undefined ? undefined : Number(kib) * 1024,
      }
    })
}
