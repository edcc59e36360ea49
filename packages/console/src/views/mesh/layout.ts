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
/** the least height: less, and the name of the middle one would lie on the disc below it */
export const heightMin = 360
/** longer names are cut where they are drawn: at the edge they would not be whole */
const nameCharsMax = 17
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

/**
 * Where the text of a link stands: above its middle, or to the left of a steep one, clear of the names below the discs and
 * of what waits, on their right.
 */
export function besideLink(from: Place, to: Place): { x: number; y: number; anchor: 'end' | 'middle' } {
  const [dx, dy] = [to.x - from.x, to.y - from.y]
  if (Math.abs(dx) >= Math.abs(dy)) return { x: from.x + dx / 2, y: from.y + dy / 2 - 5, anchor: 'middle' }
  const lower = dy > 0 ? to : from
  return { x: from.x + dx / 2 - 8, y: lower.y - lower.r - 6, anchor: 'end' }
}

export const drawnName = (name: string): string =>
  name.length > nameCharsMax ? `${name.slice(0, nameCharsMax - 1)}…` : name
