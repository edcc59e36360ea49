import { arch, availableParallelism, cpus, platform } from 'node:os'
import { cgroupLimits } from '../cgroup.ts'
import { available, type EntryOf } from '../entry.ts'
import type { Found } from '../inventory.ts'
import type { Probe } from '../probe.ts'
import { type CpuDescription, describeCpus } from './cpu-sysfs.ts'

/** systeminformation starts a process or two for the CPU; a start does not wait longer for a nicer name. */
const askedMsMax = 700

/** The CPUs, and what this process may use of them. */
export async function findCpu({ files, seenAt }: Probe): Promise<Found> {
  const seen = cpus()
  const plain = { model: seen[0]?.model.trim() || 'unknown', threads: seen.length || availableParallelism() }
  const described = describeCpus(files, plain)
  const description = platform() === 'linux' ? described : await askSystem(described)
  const quotaMilli = cgroupLimits(files).cpuMilli ?? Number.POSITIVE_INFINITY
  const entry: EntryOf<'cpu'> = {
    id: 'cpu',
    kind: 'cpu',
    name: description.model,
    seenAt,
    availability: available,
    declared: false,
    facts: {
      ...description,
      architecture: arch(),
      usableMilli: Math.min(availableParallelism() * 1000, quotaMilli),
    },
  }
  return { entries: [entry], relations: [] }
}

/** What other systems tell; `plain` where they do not answer in time. */
async function askSystem(plain: CpuDescription): Promise<CpuDescription> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), askedMsMax)
  })
  try {
    // Loaded here: it takes longer to load than to ask, and Linux never needs it.
    const { cpu } = (await import('systeminformation')).default
    const found = await Promise.race([cpu(), late])
    if (!found) return plain
    const mhz = (ghz: number): number | undefined => (ghz > 0 ? Math.round(ghz * 1000) : undefined)
    return {
      ...plain,
      model: `${found.manufacturer} ${found.brand}`.trim() || plain.model,
      sockets: found.processors || plain.sockets,
      cores: found.physicalCores || plain.cores,
      baseMhz: mhz(found.speed),
      boostMhz: mhz(found.speedMax),
      governor: found.governor || undefined,
    }
  } catch {
    return plain
  } finally {
    clearTimeout(timer)
  }
}
