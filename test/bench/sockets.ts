import { spawnSync } from 'node:child_process'
import type { SoukClient } from '@souk/client'

/** The port on which this client's peer listens to other peers. */
export async function meshPortOf(client: SoukClient): Promise<number> {
  const { addresses } = await client.status()
  return Number(/\/tcp\/(\d+)/.exec(addresses.join(' '))?.[1])
}

/**
 * Bytes that TCP has sent so far, both ways, over all open connections to these ports of this host; undefined where `ss`
 * (of iproute2) does not tell. Both ends of a connection are here, so each tells what it sent.
 */
export function sentBytes(ports: readonly number[]): number | undefined {
  const { status, stdout } = spawnSync('ss', ['-tinHO', 'state', 'established'], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (status !== 0) return undefined
  let sum: number | undefined
  for (const line of stdout.split('\n')) {
    const [, , local = '', remote = ''] = line.trim().split(/\s+/)
    const port = (address: string) => Number(address.slice(address.lastIndexOf(':') + 1))
    if (!ports.includes(port(local)) && !ports.includes(port(remote))) continue
    const sent = /bytes_sent:(\d+)/.exec(line)
    if (sent) sum = (sum ?? 0) + Number(sent[1])
  }
  return sum
}
