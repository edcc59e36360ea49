import type { LinkLine, PeerLine } from '@souk/client'
import { useClient, usePolled } from '../../live/use-feed.ts'
import { Card, Problem } from '../../parts/card.tsx'

const lookMs = 3_000

/** How far the connected peer got with this one, hop by hop: the first that fails is where to look. */
export function LinkCard({ peer }: { peer: PeerLine }) {
  const client = useClient()
  const { data } = usePolled('links', lookMs, (signal) => client.links(signal))
  const link = data?.find(({ id }) => id === peer.id)
  return (
    <Card title="The way there">
      {link ? <Hops link={link} /> : <p class="quiet">No way there is known.</p>}
      <ul class="plain-list">
        {peer.addresses.map((address) => (
          <li key={address}>
            <code>{address}</code>
          </li>
        ))}
      </ul>
      {link && (link.receivedMbps !== undefined || link.sentMbps !== undefined) && (
        <p class="quiet">
          of late {Math.round(link.receivedMbps ?? 0)} Mbit/s from there, {Math.round(link.sentMbps ?? 0)} to it
        </p>
      )}
      <Problem error={link?.lastError} />
      <p class="quiet">
        Its inventory, its usual week, its custody and what stands warm there are in its own console:{' '}
        <code>souk console</code> on its host.
      </p>
    </Card>
  )
}

const wayTexts = { direct: 'connected, direct', relayed: 'connected through a relay' }

function Hops({ link }: { link: LinkLine }) {
  const hops: [string, boolean][] = [
    ['address known', link.discovered],
    // A link that the other end has opened was never dialled from here.
    link.connected && !link.dialled ? ['it dialled in', true] : ['dialled', link.dialled],
    [link.way === undefined ? 'connected' : wayTexts[link.way], link.connected],
    ['authenticated', link.authenticated],
    ['hears adverts', link.subscribed],
  ]
  return (
    <ol class="hops">
      {hops.map(([name, reached]) => (
        <li key={name} class={reached ? 'reached' : ''}>
          {name}
          <span class="visually-hidden">{reached ? ': yes' : ': no'}</span>
        </li>
      ))}
    </ol>
  )
}
