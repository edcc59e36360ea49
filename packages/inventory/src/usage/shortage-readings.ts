import { statfs } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { type CgroupHierarchy, cgroupHierarchies } from '../cgroup.ts'
import { type HostFiles, readAmount, realFiles } from '../host-files.ts'
import { parseMemInfo } from '../memory/mem-info.ts'

/** What this host has left of what runs short; what the system does not tell is absent. */
export interface ShortageReadings {
  /** of its memory, or of its container's where that has less left */
  memoryFreeShare?: number
  /** of the last ten seconds, in which everything stood still for want of memory (Linux PSI) */
  memoryStallShare?: number
  /** on the disk of the data folder */
  diskFreeBytes?: number
}

/** Reads a few small files of /proc and /sys, and asks the disk of the folder for its space. */
export async function readShortages(folder: string, files: HostFiles = realFiles): Promise<ShortageReadings> {
  const stall = parseStallShare(files.read('/proc/pressure/memory') ?? '')
  const free = memoryFreeShare(files, totalmem())
  // A file system that cannot tell has nothing to say.
  const disk = await statfs(folder).catch(() => undefined)
  return {
    ...(free === undefined ? {} : { memoryFreeShare: free }),
    ...(stall === undefined ? {} : { memoryStallShare: stall }),
    ...(disk === undefined ? {} : { diskFreeBytes: disk.bavail * disk.bsize }),
  }
}

/** The least of the host's and of each container's around this process. Undefined: nothing tells. */
export function memoryFreeShare(files: Pick<HostFiles, 'read'>, totalBytes: number): number | undefined {
  const { availableBytes } = parseMemInfo(files.read('/proc/meminfo') ?? '')
  const host = availableBytes === undefined ? [] : [availableBytes / totalBytes]
  const shares = [...host, ...cgroupHierarchies(files).flatMap((hierarchy) => containerShares(files, hierarchy))]
  return shares.length === 0 ? undefined : Math.min(...shares)
}

/** Of cgroup v2. What is cached of files counts as free: the kernel gives it back. */
function containerShares(files: Pick<HostFiles, 'read'>, { version, folders }: CgroupHierarchy): number[] {
  if (version !== 2) return []
  return folders.flatMap((folder) => {
    const limit = readAmount(files as HostFiles, `${folder}/memory.max`)
    const used = readAmount(files as HostFiles, `${folder}/memory.current`)
    if (!limit || used === undefined) return []
    const cached = Number(/^inactive_file (\d+)$/m.exec(files.read(`${folder}/memory.stat`) ?? '')?.[1] ?? 0)
    return [Math.min(1, Math.max(0, (limit - used + cached) / limit))]
  })
}

/** `/proc/pressure/memory`: "full avg10=1.50 …", in percent. */
export function parseStallShare(text: string): number | undefined {
  const percent = /^full avg10=([\d.]+)/m.exec(text)?.[1]
  return percent === undefined ? undefined : Number(percent) / 100
}
