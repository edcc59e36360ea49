import type { PeerLine } from '@souk/client'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Flight } from '../../live/mesh-moment.ts'
import { hrefOf } from '../../router.ts'
import { durationText } from '../../text/amounts.ts'
import { Baton } from './baton.tsx'
import { besideLink, drawnName, heightMin, type Place, placePeers } from './layout.ts'

/** of more peers nobody could read the names; each still says it where the pointer rests */
const namedMax = 40

interface MeshGraphProps {
  peers: readonly PeerLine[]
  flights: readonly (Flight & { key: string })[]
}

/** Every peer with how full it is, the links of the one that is asked, and tasks on their way. */
export function MeshGraph({ peers, flights }: MeshGraphProps) {
  const frame = useRef<HTMLDivElement>(null)
  const { width, height } = useSize(frame, peers.length > 4 ? 0.62 : 0.44)
  const places = useMemo(() => placePeers(peers, width, height), [peers, width, height])
  const named = peers.length <= namedMax
  const self = peers.find((peer) => peer.self)
  const centre = self && places.get(self.id)
  return (
    <div class={named ? 'graph' : 'graph many'} ref={frame}>
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
        <title>The mesh: each peer leads to its page</title>
        {centre &&
          peers.map(
            (peer) =>
              !peer.self && <Link key={peer.id} peer={peer} from={centre} to={places.get(peer.id)!} told={named} />,
          )}
        {peers.map((peer) => (
          <PeerDisc key={peer.id} peer={peer} place={places.get(peer.id)!} named={named} />
        ))}
      </svg>
      <div class="flights" style={{ width: `${width}px`, height: `${height}px` }} aria-hidden="true">
        {flights.map((flight) => (
          <Baton key={flight.key} from={places.get(flight.from)} to={places.get(flight.to)} />
        ))}
      </div>
    </div>
  )
}

function useSize(frame: { current: HTMLElement | null }, tall: number): { width: number; height: number } {
  const [size, setSize] = useState({ width: 640, height: 420 })
  useEffect(() => {
    const element = frame.current!
    const look = () => {
      const width = Math.max(260, element.clientWidth)
      setSize({ width, height: Math.round(Math.min(520, Math.max(heightMin, width * tall))) })
    }
    const watch = new ResizeObserver(look)
    watch.observe(element)
    return () => watch.disconnect()
  }, [frame, tall])
  return size
}

interface LinkProps {
  peer: PeerLine
  from: Place
  to: Place
  /** with its round trip */
  told: boolean
}

function Link({ peer, from, to, told }: LinkProps) {
  const look = peer.connected ? `link ${peer.way ?? ''}` : 'link cut'
  const { x, y, anchor } = besideLink(from, to)
  return (
    <g class={look}>
      <title>{linkText(peer)}</title>
      <line x1={from.x} y1={from.y} x2={to.x} y2={to.y} />
      {told && peer.connected && peer.rttMs !== undefined && (
        <text x={x} y={y} text-anchor={anchor}>
          {durationText(peer.rttMs)}
        </text>
      )}
    </g>
  )
}

function linkText({ name, connected, way, rttMs }: PeerLine): string {
  if (!connected) return `no link to ${name}`
  const trip = rttMs === undefined ? '' : `, round trip ${durationText(rttMs)}`
  return `${way === undefined ? 'link' : `${way} link`} to ${name}${trip}`
}

export const slotsOf = ({ capacity }: PeerLine): number => Number(capacity.slots ?? 0)

function PeerDisc({ peer, place: { x, y, r }, named }: { peer: PeerLine; place: Place; named: boolean }) {
  const slots = slotsOf(peer)
  const share = slots === 0 ? 0 : Math.min(1, peer.running / slots)
  const around = 2 * Math.PI * r
  const look = peer.draining ? 'draining' : peer.state
  const said = `${peer.name}: ${look}, ${peer.running} of ${slots} slots run, ${peer.waiting} wait`
  return (
    <a class={`disc ${look} ${peer.self ? 'self' : ''}`} href={hrefOf(['peers', peer.id])}>
      <title>{said}</title>
      <circle class="face" cx={x} cy={y} r={r} />
      <circle class="rim" cx={x} cy={y} r={r} />
      <circle
        class="load"
        cx={x}
        cy={y}
        r={r}
        stroke-dasharray={`${share * around} ${around}`}
        transform={`rotate(-90 ${x} ${y})`}
      />
      {r > 12 && (
        <text class="count" x={x} y={y + 5} text-anchor="middle">
          {peer.running}
        </text>
      )}
      {named && (
        <text class="name" x={x} y={y + r + 17} text-anchor="middle">
          {drawnName(peer.name)}
        </text>
      )}
      {peer.waiting > 0 && (
        <g class="queue" transform={`translate(${x + r * 0.78} ${y - r * 0.78})`}>
          <circle r={peer.waiting > 99 ? 14 : 10} />
          <text text-anchor="middle" y="4">
            {peer.waiting > 99 ? '99+' : peer.waiting}
          </text>
        </g>
      )}
    </a>
  )
}
