import { statfs } from 'node:fs/promises'
import { platform } from 'node:os'
import { type Availability, available, type EntryOf } from '../entry.ts'
import type { Throughput } from '../hardware-facts.ts'
import type { Found } from '../inventory.ts'
import type { Probe } from '../probe.ts'
import { deviceOfSource, findDevices } from './devices.ts'
import { isRemote, type Mount, mountOf, parseMounts } from './mounts.ts'

/** of one host; a host of containers has hundreds, of which the first by path are listed */
const mountsMax = 64

/** Disks and file systems; `throughput` is what was measured of the data folder. */
export async function findStorage(probe: Probe, throughput: Throughput | undefined): Promise<Found> {
  const { files, folder, seenAt } = probe
  const found = findDevices(files, seenAt)
  const mounts = platform() === 'linux' ? parseMounts(files.read('/proc/self/mountinfo') ?? '') : []
  const data = mountOf(mounts, folder) ?? unlisted(folder)
  const shown = [data, ...mounts.filter((mount) => mount !== data)].slice(0, mountsMax)
  const entries = await Promise.all(
    shown.map((mount) => describe(mount, seenAt, mount === data ? { folder, throughput } : undefined)),
  )
  found.entries.push(...entries)
  for (const [i, mount] of shown.entries()) {
    const device = deviceOfSource(files, mount.source)
    if (device !== undefined) found.relations.push({ from: entries[i]!.id, relation: 'on', to: device })
  }
  return found
}

/** Where the system lists no file systems, there is one all the same. */
function unlisted(path: string): Mount {
  return { device: '', root: '/', path, fileSystem: 'unknown', source: '', readOnly: false }
}

async function describe(
  mount: Mount,
  seenAt: string,
  data: { folder: string; throughput: Throughput | undefined } | undefined,
): Promise<EntryOf<'storage'>> {
  const space = data || !isRemote(mount.fileSystem) ? await spaceOf(data?.folder ?? mount.path) : undefined
  return {
    id: `storage/mount${mount.path}`,
    kind: 'storage',
    name: mount.path,
    seenAt,
    availability: availabilityOf(mount, space),
    declared: false,
    facts: {
      type: 'mount',
      path: mount.path,
      source: mount.source,
      fileSystem: mount.fileSystem,
      totalBytes: space?.totalBytes,
      freeBytes: space?.freeBytes,
      holdsData: data !== undefined,
      throughput: data?.throughput,
    },
  }
}

interface Space {
  totalBytes: number
  freeBytes: number
}

async function spaceOf(path: string): Promise<Space | undefined> {
  try {
    const { blocks, bavail, bsize } = await statfs(path)
    return { totalBytes: blocks * bsize, freeBytes: bavail * bsize }
  } catch {
    return undefined
  }
}

function availabilityOf({ readOnly, fileSystem }: Mount, space: Space | undefined): Availability {
  if (readOnly) return { state: 'unavailable', reason: 'it is mounted read-only' }
  if (space === undefined) {
    const reason = isRemote(fileSystem) ? 'not asked: a network file system may never answer' : 'it cannot be asked'
    return { state: 'unknown', reason }
  }
  return space.freeBytes === 0 ? { state: 'unavailable', reason: 'it is full' } : available
}
