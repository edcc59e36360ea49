import { available, type EntryOf } from '../entry.ts'
import { type HostFiles, numaNodeOf, readAmount, readWord } from '../host-files.ts'
import type { Found } from '../inventory.ts'

/** Loops and memory are no devices of their own; dm and md are made of those that are. */
const made = /^(loop|ram|zram|dm-|md|fd|sr|nbd)/
const sectorBytes = 512

/** Disks, as Linux lists them in /sys/block. */
export function findDevices(files: HostFiles, seenAt: string): Found {
  const found: Found = { entries: [], relations: [] }
  for (const name of files.list('/sys/block')) {
    const folder = `/sys/block/${name}`
    const sectors = readAmount(files, `${folder}/size`) ?? 0
    if (made.test(name) || sectors === 0) continue
    const model = readWord(files, `${folder}/device/model`)
    const rotational = readAmount(files, `${folder}/queue/rotational`)
    const isVirtual = files.target(`${folder}/device/driver`)?.startsWith('virtio') === true
    const entry: EntryOf<'storage'> = {
      id: `storage/${name}`,
      kind: 'storage',
      name: model ?? name,
      seenAt,
      availability: available,
      declared: false,
      facts: {
        type: 'device',
        sizeBytes: sectors * sectorBytes,
        model,
        // What a virtual disk says of itself tells nothing of the disk below it.
        rotational: rotational === undefined || isVirtual ? undefined : rotational === 1,
      },
    }
    found.entries.push(entry)
    const node = numaNodeOf(files, `${folder}/device`)
    if (node !== undefined) found.relations.push({ from: entry.id, relation: 'near', to: node })
  }
  return found
}

/** The disk of '/dev/nvme0n1p2': storage/nvme0n1; undefined where it is none of those listed. */
export function deviceOfSource(files: HostFiles, source: string): string | undefined {
  if (!source.startsWith('/dev/')) return undefined
  const part = source.slice('/dev/'.length)
  const disk = files.list('/sys/block').find((name) => name === part || files.list(`/sys/block/${name}`).includes(part))
  return disk === undefined || made.test(disk) ? undefined : `storage/${disk}`
}
