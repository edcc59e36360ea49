import type { PeerLine, SoukClient } from '@souk/client'
import { shortPeer } from './print/amount-text.ts'
import { visibleLine } from './print/visible.ts'

/** Turns peer ids into what people call them; ids nobody knows are shortened. */
export interface PeerNames {
  (id: string | undefined): string
  /** it is known that this one cannot be reached now */
  away(id: string): boolean
}

export function peerNames(
  peers: readonly (Pick<PeerLine, 'id' | 'name'> & Partial<Pick<PeerLine, 'connected'>>)[],
): PeerNames {
  const names = new Map<string, string>()
  const used = new Map<string, number>()
  for (const peer of peers) used.set(peer.name, (used.get(peer.name) ?? 0) + 1)
  for (const peer of peers) {
    const unique = used.get(peer.name) === 1 && peer.name !== ''
    const name = visibleLine(peer.name)
    names.set(peer.id, unique ? name : `${name}(${peer.id.slice(-4)})`)
  }
  const away = new Set(peers.filter((peer) => peer.connected === false).map((peer) => peer.id))
  return Object.assign((id: string | undefined) => (id === undefined ? '-' : (names.get(id) ?? shortPeer(id))), {
    away: (id: string) => away.has(id),
  })
}

/** Names from the mesh; shortened ids when it cannot be asked. */
export async function fetchPeerNames(client: Pick<SoukClient, 'peers'>): Promise<PeerNames> {
  try {
    return peerNames(await client.peers())
  } catch {
    return peerNames([])
  }
}
