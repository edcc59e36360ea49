import { defaultTaskLimits, FunctionExecutor, ProcessExecutor } from '@souk/executors'
import { cgroupHierarchies } from '@souk/inventory'
import type { PeerBlobs } from '@souk/runtime'
import type { Offer } from '@souk/wire'
import type { DataFolder } from './data-folder.ts'
import type { Member } from './member.ts'
import type { PeerSettings } from './peer-options.ts'

/** Threads for functions, whatever the slots: each costs about 13 MB once it is used. */
const functionThreadsMax = 32
/** of what the host offers, for a command that stands warm where nobody says what it may take (guess) */
const warmMemoryShare = 1 / 4
const warmMemoryBytesMin = 256 * 2 ** 20

interface ExecutorNeeds {
  folder: DataFolder
  settings: PeerSettings
  /** the environment that tasks start from */
  environment: Record<string, string>
}

/** What runs tasks on this host, as its owner allows. */
export function makeExecutors(
  { folder, settings, environment }: ExecutorNeeds,
  { identity, certificate }: Member,
  blobs: PeerBlobs,
  { slots, memoryBytes }: Offer['capacity'],
): { processes: ProcessExecutor; functions: FunctionExecutor } {
  // The name that the mesh knows it by: the one it was started with may be none of its own.
  const known = { self: identity.peer, hostName: certificate.name }
  const shared = { ...known, dataFolder: folder.path, blobs, environment }
  return {
    processes: new ProcessExecutor({
      ...shared,
      allowed: settings.allow.includes('process'),
      cgroups: cgroupHierarchies(),
      limits: { ...defaultTaskLimits, ...settings.taskLimits },
      warmCommands: settings.warmCommands,
      warmLimits: settings.warmLimits,
      warmMemoryBytesDefault: Math.max(warmMemoryBytesMin, memoryBytes * warmMemoryShare),
    }),
    functions: new FunctionExecutor({
      ...shared,
      allowed: settings.allow.includes('function'),
      modules: settings.functions,
      // A slot that waits for a thread is taken and idle.
      threadsMax: Math.min(Math.max(1, slots), functionThreadsMax),
    }),
  }
}
