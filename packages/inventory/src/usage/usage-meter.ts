import { cpus, freemem, loadavg, totalmem } from 'node:os'
import { type HostFiles, realFiles } from '../host-files.ts'
import { parseMemInfo } from '../memory/mem-info.ts'

/** How the host is used now, and this process in it. */
export interface Usage {
  /** all of the host's CPUs since the last reading, 0 to 100 */
  cpuPercent: number
  memoryUsedBytes: number
  memoryTotalBytes: number
  /** how long the disk of the data folder had something to do, 0 to 100; undefined where the system does not tell */
  diskPercent: number | undefined
  /** over the links, both ways together; undefined where the system does not tell */
  networkMbps: number | undefined
  /** of one minute; 0 on Windows */
  load: number
  /** this process alone, in percent of one CPU, and its resident memory */
  selfCpuPercent: number
  selfMemoryBytes: number
}

interface Times {
  busyMs: number
  allMs: number
  selfMs: number
  diskMs: number | undefined
  linkBytes: number | undefined
  at: number
}

/** What is measured of the host besides CPU and memory. */
export interface Metered {
  /** a block device, such as nvme0n1 */
  disk: string | undefined
  /** names of links, such as eth0 */
  links: readonly string[]
}

/** Reads the host's use; the first reading is since the meter was made. Costs tens of microseconds per CPU. */
export class UsageMeter {
  readonly #metered: Metered
  readonly #files: HostFiles
  #last: Times

  constructor(metered: Metered = { disk: undefined, links: [] }, files: HostFiles = realFiles) {
    this.#metered = metered
    this.#files = files
    this.#last = times(metered, files)
  }

  read(): Usage {
    const now = times(this.#metered, this.#files)
    const last = this.#last
    this.#last = now
    const total = totalmem()
    return {
      cpuPercent: percent(now.busyMs - last.busyMs, now.allMs - last.allMs),
      memoryUsedBytes: total - availableBytes(this.#files),
      memoryTotalBytes: total,
      diskPercent: diffOf(now.diskMs, last.diskMs, (ms) => percent(ms, now.at - last.at)),
      networkMbps: diffOf(now.linkBytes, last.linkBytes, (bytes) => (bytes * 8) / 1000 / Math.max(1, now.at - last.at)),
      load: loadavg()[0] ?? 0,
      selfCpuPercent: percent(now.selfMs - last.selfMs, now.at - last.at, Number.POSITIVE_INFINITY),
      selfMemoryBytes: process.memoryUsage.rss(),
    }
  }
}

function availableBytes(files: HostFiles): number {
  return parseMemInfo(files.read('/proc/meminfo') ?? '').availableBytes ?? freemem()
}

function times({ disk, links }: Metered, files: HostFiles): Times {
  let [busyMs, allMs] = [0, 0]
  for (const { times: t } of cpus()) {
    const busy = t.user + t.nice + t.sys + t.irq
    busyMs += busy
    allMs += busy + t.idle
  }
  const self = process.cpuUsage()
  return {
    busyMs,
    allMs,
    selfMs: (self.user + self.system) / 1000,
    diskMs: disk === undefined ? undefined : parseDiskBusyMs(files.read('/proc/diskstats') ?? '', disk),
    linkBytes: parseLinkBytes(files.read('/proc/net/dev') ?? '', links),
    at: performance.now(),
  }
}

function percent(part: number, whole: number, max = 100): number {
  return whole > 0 ? Math.min(max, Math.max(0, Math.round((part / whole) * 1000) / 10)) : 0
}

/** undefined where one is missing, or a counter began anew. */
function diffOf(
  now: number | undefined,
  last: number | undefined,
  of: (difference: number) => number,
): number | undefined {
  return now === undefined || last === undefined || now < last ? undefined : of(now - last)
}

/** `/proc/diskstats`: "259 0 nvme0n1 reads …"; the tenth number after the name is the time it was busy. */
export function parseDiskBusyMs(text: string, disk: string): number | undefined {
  for (const line of text.split('\n')) {
    const [, , name, ...numbers] = line.trim().split(/\s+/)
    const ms = Number(numbers[9] ?? Number.NaN)
    if (name === disk && ms >= 0) return ms
  }
  return undefined
}

/** `/proc/net/dev`: "eth0: received-bytes … (eight numbers) sent-bytes …"; of these links together. */
export function parseLinkBytes(text: string, links: readonly string[]): number | undefined {
  let sum: number | undefined
  for (const line of text.split('\n')) {
    const [name, rest] = line.split(':')
    if (rest === undefined || !links.includes(name!.trim())) continue
    const numbers = rest.trim().split(/\s+/).map(Number)
    sum = (sum ?? 0) + (numbers[0] ?? 0) + (numbers[8] ?? 0)
  }
  return sum
}
