import type { PeerLine } from '@souk/client'
import { Bar } from '../../parts/bar.tsx'
import { Card } from '../../parts/card.tsx'
import { PeerLink } from '../../parts/links.tsx'
import { StateTag } from '../../parts/state-tag.tsx'
import { durationText } from '../../text/amounts.ts'
import { slotsOf } from './mesh-graph.tsx'

/** The same as the graph, for reading. */
export function PeerTable({ peers }: { peers: readonly PeerLine[] }) {
  const sorted = [...peers].sort((a, b) => Number(b.self) - Number(a.self) || (a.name < b.name ? -1 : 1))
  return (
    <Card title="Peers" class="long">
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">peer</th>
              <th scope="col">state</th>
              <th scope="col">slots</th>
              <th scope="col" class="number">
                waiting
              </th>
              <th scope="col" class="number">
                round trip
              </th>
              <th scope="col">offers</th>
            </tr>
          </thead>
          <tbody>
            {sorted.map((peer) => (
              <tr key={peer.id}>
                <th scope="row">
                  <PeerLink id={peer.id} /> {peer.self && <span class="tag">you are here</span>}
                </th>
                <td>
                  <StateTag state={peer.draining ? 'draining' : peer.state} />
                </td>
                <td class="with-bar">
                  <Bar
                    share={peer.running / Math.max(1, slotsOf(peer))}
                    label={`slots of ${peer.name} in use`}
                    tone="run"
                  />
                  <span class="number">
                    {peer.running}/{slotsOf(peer)}
                  </span>
                </td>
                <td class="number">{peer.waiting}</td>
                <td class="number">{peer.self ? '' : peer.rttMs === undefined ? '?' : durationText(peer.rttMs)}</td>
                <td class="quiet">{peer.summary}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  )
}
