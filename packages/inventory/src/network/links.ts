import { readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import type { NetworkLink } from './inventory.ts'

/**
 * Links that other hosts can reach. From node and, on Linux, /sys: systeminformation would start a dozen processes
 * for it, one after the other, and block this one meanwhile.
 */
export function networkLinks(): NetworkLink[] {
  const links: NetworkLink[] = []
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    const outside = addresses?.filter((a) => !a.internal && !isLinkLocal(a.address)) ?? []
    if (outside.length === 0) continue
    links.push({ name, addresses: outside.map((a) => a.address), speedMbps: parseSpeed(readSpeed(name)) })
  }
  return links
}

/** /sys/class/net/NAME/speed: Mbit/s; -1 where the link has none. */
export function parseSpeed(text: string | undefined): number | undefined {
  const speed = Number(text?.trim() || Number.NaN)
  return Number.isInteger(speed) && speed > 0 ? speed : undefined
}

function readSpeed(name: string): string | undefined {
  try {
    return readFileSync(`/sys/class/net/${name}/speed`, 'utf8')
  } catch {
    return undefined
  }
}

function isLinkLocal(address: string): boolean {
  return address.startsWith('fe80:') || address.startsWith('169.254.')
}
