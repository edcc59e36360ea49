export interface Place {
  x: number
  y: number
  /** radius of the peer's disc */
  r: number
}

export interface Placed {
  id: string
  self: boolean
  rttMs?: number
}

const ringPeersMax = 18
/** of the way to the edge: where the slowest stand */
const farthest = 0.94
/** beside the disc of one at the edge: its name below, and half of that to either side */
const below = 24
const beside = 44

/**
 * The connected peer in the middle, the others around it in the order of their ids: the farther away, the longer the round
 * trip (logarithmic, since a mesh spans from microseconds to seconds). The same peers stay where they are.
 */
export function placePeers(peers: readonly Placed[], width: number, height: number): Map<string, Place> {
  const middle = { x: width / 2, y: height / 2 }
  const others = peers.filter(({ self }) => !self).sort((a, b) => (a.id < b.id ? -1 : 1))
  const logs = others.flatMap(({ rttMs }) => (rttMs === undefined ? [] : [Math.log(rttMs + 0.1)]))
  const [least, most] = [Math.min(...logs), Math.max(...logs)]
  const r = others.length <= ringPeersMax ? 26 : others.length <= 2 * ringPeersMax ? 17 : 9
  const reach = { x: (width / 2 - r - beside) / farthest, y: (height / 2 - r - below) / farthest }
  const places = new Map<string, Place>()
  for (const peer of peers) if (peer.self) places.set(peer.id, { ...middle, r: r + 6 })
  others.forEach(({ id, rttMs }, index) => {
    const angle =
      (index / others.length) * 2 * Math.PI - Math.PI / (others.length === 2 && width > height * 1.2 ? 1 : 2)
    const far = rttMs === undefined || most - least < 0.7 ? 0.7 : (Math.log(rttMs + 0.1) - least) / (most - least)
    // Many peers would touch on one ring: every other one stands farther in.
    const ring = others.length > ringPeersMax ? (index % 3) * 0.14 : 0
    const distance = 0.7 + (farthest - 0.7) * far - ring
    places.set(id, {
      x: middle.x + Math.cos(angle) * distance * reach.x,
      y: middle.y + Math.sin(angle) * distance * reach.y,
      r,
    })
  })
  return places
}
