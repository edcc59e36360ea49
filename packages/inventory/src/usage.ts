import { cpus, freemem, loadavg, totalmem } from 'node:os'
import { realFiles } from './host-files.ts'
import { parseMemInfo } from './memory/mem-info.ts'

/** How the host is used now, and this process in it. */
export interface Usage {
  /** all of the host's CPUs since the last reading, 0 to 100 */
  cpuPercent: number
  memoryUsedBytes: number
  memoryTotalBytes: number
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
  at: number
}

/** Reads the host's use; the first reading is since the meter was made. Costs tens of microseconds per CPU. */
export class UsageMeter {
  #last: Times = times()

  read(): Usage {
    const now = times()
    const last = this.#last
    this.#last = now
    const total = totalmem()
    return {
      cpuPercent: percent(now.busyMs - last.busyMs, now.allMs - last.allMs),
      memoryUsedBytes: total - availableBytes(),
      memoryTotalBytes: total,
      load: loadavg()[0] ?? 0,
      selfCpuPercent: percent(now.selfMs - last.selfMs, now.at - last.at, Number.POSITIVE_INFINITY),
      selfMemoryBytes: process.memoryUsage.rss(),
    }
  }
}

function availableBytes(): number {
  return parseMemInfo(realFiles.read('/proc/meminfo') ?? '').availableBytes ?? freemem()
}

function times(): Times {
  let [busyMs, allMs] = [0, 0]
  for (const { times: t } of cpus()) {
    const busy = t.user + t.nice + t.sys + t.irq
    busyMs += busy
    allMs += busy + t.idle
  }
  const self = process.cpuUsage()
  return { busyMs, allMs, selfMs: (self.user + self.system) / 1000, at: performance.now() }
}

function percent(part: number, whole: number, max = 100): number {
  return whole > 0 ? Math.min(max, Math.max(0, Math.round((part / whole) * 1000) / 10)) : 0
}
