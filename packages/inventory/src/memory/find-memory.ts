import { freemem, totalmem } from 'node:os'
import { cgroupLimits } from '../cgroup.ts'
import { available, type EntryOf } from '../entry.ts'
import { type HostFiles, readWord } from '../host-files.ts'
import type { Found } from '../inventory.ts'
import type { Probe } from '../probe.ts'
import { parseMemInfo } from './mem-info.ts'

/** Main memory, and what the system may move out to disk. */
export function findMemory({ files, seenAt }: Probe): Found {
  const info = parseMemInfo(files.read('/proc/meminfo') ?? '')
  const totalBytes = totalmem()
  const usableBytes = Math.min(totalBytes, cgroupLimits(files).memoryBytes ?? Number.POSITIVE_INFINITY)
  const ram: EntryOf<'memory'> = {
    id: 'memory/ram',
    kind: 'memory',
    name: 'main memory',
    seenAt,
    availability: available,
    declared: false,
    facts: {
      type: 'ram',
      totalBytes,
      usableBytes,
      availableBytes: Math.min(usableBytes, info.availableBytes ?? freemem()),
      ...modulesOf(files),
    },
  }
  const swapBytes = info.swapTotalBytes ?? 0
  const swap: EntryOf<'memory'> = {
    ...ram,
    id: 'memory/swap',
    name: 'swap',
    facts: {
      type: 'swap',
      totalBytes: swapBytes,
      usableBytes: swapBytes,
      availableBytes: info.swapFreeBytes ?? 0,
      technology: undefined,
      speedMtps: undefined,
    },
  }
  return { entries: swapBytes > 0 ? [ram, swap] : [ram], relations: [] }
}

/** The firmware's tables are for root; udev has read them already, and the memory controller knows its modules. */
export function modulesOf(files: HostFiles): { technology: string | undefined; speedMtps: number | undefined } {
  const udev = files.read('/run/udev/data/+dmi:id') ?? ''
  const told = (name: string) => new RegExp(`^E:MEMORY_DEVICE_\\d+_${name}=(.+)$`, 'm').exec(udev)?.[1]
  const speed = Number(told('CONFIGURED_SPEED_MTS') ?? told('SPEED_MTS') ?? Number.NaN)
  const controller = readWord(files, '/sys/devices/system/edac/mc/mc0/dimm0/dimm_mem_type')
  return {
    technology: told('TYPE') ?? controller?.replace(/^(Un)?(buffered|Registered)-/i, ''),
    speedMtps: speed > 0 ? speed : undefined,
  }
}
