import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os'
import { type Availability, available, type EntryOf } from '../entry.ts'
import { type HostFiles, numaNodeOf, readAmount, readWord } from '../host-files.ts'
import type { Found } from '../inventory.ts'
import type { Probe } from '../probe.ts'

/**
 * Links that other hosts can reach, and network cards that reach nobody now. From node and, on Linux, /sys:
 * systeminformation would start a dozen processes for it, one after the other, and block this one meanwhile.
 */
export function findLinks(
  { files, seenAt }: Probe,
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces(),
): Found {
  const found: Found = { entries: [], relations: [] }
  const cards = files.list('/sys/class/net').filter((name) => files.list(`/sys/class/net/${name}/device`).length > 0)
  for (const name of new Set([...Object.keys(interfaces), ...cards])) {
    const outside = (interfaces[name] ?? []).filter((a) => !a.internal && !isLinkLocal(a.address))
    if (outside.length === 0 && !cards.includes(name)) continue
    const folder = `/sys/class/net/${name}`
    const entry: EntryOf<'network'> = {
      id: `network/${name}`,
      kind: 'network',
      name,
      seenAt,
      availability: availabilityOf(files, folder, outside.length),
      declared: false,
      facts: {
        addresses: outside.map((a) => a.address),
        speedMbps: parseSpeed(files.read(`${folder}/speed`)),
        mtuBytes: readAmount(files, `${folder}/mtu`),
        rttMs: undefined,
      },
    }
    found.entries.push(entry)
    const node = numaNodeOf(files, `${folder}/device`)
    if (node !== undefined) found.relations.push({ from: entry.id, relation: 'near', to: node })
  }
  return found
}

function availabilityOf(files: HostFiles, folder: string, addresses: number): Availability {
  if (readWord(files, `${folder}/operstate`) === 'down') return { state: 'unavailable', reason: 'the link is down' }
  return addresses > 0 ? available : { state: 'unavailable', reason: 'it has no address that others can reach' }
}

/** /sys/class/net/NAME/speed: Mbit/s; -1 where the link has none. */
export function parseSpeed(text: string | undefined): number | undefined {
  const speed = Number(text?.trim() || Number.NaN)
  return Number.isInteger(speed) && speed > 0 ? speed : undefined
}

function isLinkLocal(address: string): boolean {
  return address.startsWith('fe80:') || address.startsWith('169.254.')
}
