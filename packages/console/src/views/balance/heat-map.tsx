import type { Balance } from '@souk/client'
import { Empty } from '../../parts/card.tsx'
import { PeerLink } from '../../parts/links.tsx'
import { amountText, percentText } from '../../text/amounts.ts'

const order = ['slots', 'cpu', 'memory', 'gpu', 'disk', 'network']

/** A cell for each resource of each host: how full it is now, and a strip of how full it was. */
export function HeatMap({ balance, looks }: { balance: Balance; looks: readonly Balance[] }) {
  const { hosts } = balance
  if (hosts.length === 0) return <Empty title="No host has answered" />
  const all = new Set(hosts.flatMap(({ utilisation }) => utilisation.map(({ resource }) => resource)))
  const place = (resource: string) => (order.includes(resource) ? order.indexOf(resource) : order.length)
  const resources = [...all].sort((a, b) => place(a) - place(b))
  return (
    <div class="scroll">
      <table class="heat">
        <thead>
          <tr>
            <th scope="col">host</th>
            {resources.map((resource) => (
              <th key={resource} scope="col">
                {resource}
              </th>
            ))}
            <th scope="col" class="number">
              running
            </th>
            <th scope="col" class="number">
              waiting
            </th>
          </tr>
        </thead>
        <tbody>
          {hosts.map((host) => (
            <tr key={host.peer}>
              <th scope="row">
                <PeerLink id={host.peer} /> {host.draining && <span class="tag odd">draining</span>}
              </th>
              {resources.map((resource) => (
                <Cell key={resource} host={host} resource={resource} looks={looks} />
              ))}
              <td class="number">{host.running}</td>
              <td class="number">{host.waiting}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const shareIn = (balance: Balance, peer: string, resource: string): number =>
  balance.hosts.find((host) => host.peer === peer)?.utilisation.find((each) => each.resource === resource)?.share ?? 0

interface CellProps {
  host: Balance['hosts'][number]
  resource: string
  looks: readonly Balance[]
}

function Cell({ host, resource, looks }: CellProps) {
  const use = host.utilisation.find((each) => each.resource === resource)
  if (use === undefined) return <td class="quiet">–</td>
  const { share, used, capacity } = use
  const said = `${amountText(resource, used)} of ${amountText(resource, capacity)}`
  return (
    <td class="cell" title={said} style={{ '--share': String(Math.min(1, share)) }}>
      <span>{percentText(share)}</span>
      <Strip values={looks.map((look) => shareIn(look, host.peer, resource))} />
    </td>
  )
}

function Strip({ values }: { values: readonly number[] }) {
  const points = values.map((value, i) => `${i},${(10 - 10 * Math.min(1, value)).toFixed(1)}`)
  return (
    <svg
      class="strip"
      viewBox={`0 0 ${Math.max(1, values.length - 1)} 10`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <polyline points={points.join(' ')} />
    </svg>
  )
}
