import { existsSync } from 'node:fs'
import { arch, hostname, platform, release } from 'node:os'
import { dirname } from 'node:path'
import { findCloud } from './cloud/find-cloud.ts'
import { findCpu } from './cpu/find-cpu.ts'
import { declaredEntries } from './declared/declared-entries.ts'
import { type Declared, nothingDeclared } from './declared/parse-declaration.ts'
import { type Entry, entryKinds } from './entry.ts'
import { findGpus } from './gpu/find-gpus.ts'
import type { Throughput } from './hardware-facts.ts'
import { realFiles } from './host-files.ts'
import type { Inventory } from './inventory.ts'
import { findMemory } from './memory/find-memory.ts'
import { findLinks } from './network/links.ts'
import type { Probe } from './probe.ts'
import { SearchPath } from './search-path.ts'
import { findSoftware } from './software/find-software.ts'
import { findStorage } from './storage/find-storage.ts'

export interface DetectOptions {
  /** the data folder; where it does not exist yet, the one that it will be in is looked at */
  folder: string
  /** folders in which programs are looked for, as in PATH */
  path: string
  declared?: Declared | undefined
  /** what was measured of the data folder before */
  throughput?: Throughput | undefined
}

/**
 * What this host is and has. Takes a fraction of a second where there is no GPU driver that has to be woken up. Never
 * fails for want of a tool: what cannot be found out is left out, or its state is unknown.
 */
export async function detectInventory(options: DetectOptions, signal: AbortSignal): Promise<Inventory> {
  const declared = options.declared ?? nothingDeclared
  const name = hostname()
  const wallMs = Date.now()
  const probe: Probe = {
    host: `host/${name}`,
    files: realFiles,
    wallMs,
    seenAt: new Date(wallMs).toISOString(),
    folder: nearestFolder(options.folder),
    path: new SearchPath(options.path),
    signal,
  }
  const found = await Promise.all([
    findCpu(probe),
    findGpus(probe),
    findMemory(probe),
    findStorage(probe, options.throughput),
    findLinks(probe),
    findCloud(probe, declared.said.cloud),
    findSoftware(probe),
    declaredEntries(probe, declared),
  ])
  return {
    host: {
      id: probe.host,
      name,
      os: { platform: platform(), release: release(), architecture: arch() },
      nodeVersion: process.versions.node,
    },
    seenAt: probe.seenAt,
    entries: inOrder(found.flatMap(({ entries }) => entries)),
    relations: found.flatMap(({ relations }) => relations),
    reserve: declared.reserve,
  }
}

/** By kind; within a kind as found. What is declared under the id of something that was found stands for it. */
function inOrder(entries: readonly Entry[]): Entry[] {
  const byId = new Map(entries.map((entry) => [entry.id, entry]))
  return entryKinds.flatMap((kind) => [...byId.values()].filter((entry) => entry.kind === kind))
}

function nearestFolder(folder: string): string {
  let path = folder
  while (!existsSync(path) && dirname(path) !== path) path = dirname(path)
  return path
}
