import { statfsSync } from 'node:fs'
import { arch, availableParallelism, cpus, hostname, platform, release, totalmem } from 'node:os'
import { cgroupLimits } from './cgroup.ts'
import type { Inventory } from './inventory.ts'
import { networkLinks } from './network.ts'
import { nvidiaGpus } from './nvidia.ts'

/** systeminformation starts a process or two for the CPU; a start does not wait longer for a nicer name. */
const cpuMsMax = 700

/**
 * What this host is; `folder` (which must exist) says which disk. Takes under a second where there is no NVIDIA
 * driver that has to be woken up. Never fails for want of a tool: what cannot be found out is left out.
 */
export async function detectInventory(folder: string, signal: AbortSignal): Promise<Inventory> {
  const limits = cgroupLimits()
  const [cpu, gpus] = await Promise.all([describeCpu(), nvidiaGpus(signal)])
  const disk = statfsSync(folder)
  const usableMilli = Math.min(availableParallelism() * 1000, limits.cpuMilli ?? Number.POSITIVE_INFINITY)
  return {
    hostname: hostname(),
    os: { platform: platform(), release: release(), arch: arch() },
    nodeVersion: process.versions.node,
    cpu: { ...cpu, usableMilli },
    memory: {
      totalBytes: totalmem(),
      usableBytes: Math.min(totalmem(), limits.memoryBytes ?? Number.POSITIVE_INFINITY),
    },
    disk: { path: folder, totalBytes: disk.blocks * disk.bsize, freeBytes: disk.bavail * disk.bsize },
    network: networkLinks(),
    gpus,
  }
}

async function describeCpu(): Promise<{ model: string; cores: number; threads: number }> {
  const seen = cpus()
  const plain = { model: seen[0]?.model.trim() || 'unknown', cores: seen.length, threads: seen.length || 1 }
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), cpuMsMax)
  })
  try {
    // Loaded here: it takes longer to load than to ask, and a client command never needs it.
    const { cpu } = (await import('systeminformation')).default
    const found = await Promise.race([cpu(), late])
    if (!found) return plain
    const model = `${found.manufacturer} ${found.brand}`.trim()
    return { model: model || plain.model, cores: found.physicalCores || plain.cores, threads: plain.threads }
  } catch {
    return plain
  } finally {
    clearTimeout(timer)
  }
}
