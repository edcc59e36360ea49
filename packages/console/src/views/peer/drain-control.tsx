import type { DrainProgress, PeerLine } from '@souk/client'
import { useClient, useFeedState } from '../../live/use-feed.ts'
import { ActionButton } from '../../parts/action-button.tsx'

const progressText = ({ state, running, waiting, passing, held, handedOver }: DrainProgress): string =>
  state === 'drained'
    ? `drained; ${handedOver} handed over`
    : `${handedOver} handed over, ${waiting} to go, ${passing} on their way, ${running} running, ${held} held`

/** A peer is told to drain by its own API alone: elsewhere the way there is said. */
export function DrainControl({ peer }: { peer: PeerLine }) {
  const client = useClient()
  const { status, recordedAt } = useFeedState('status', 'recordedAt')
  if (recordedAt !== undefined) return null
  if (!peer.self) {
    return (
      <p class="quiet narrow">
        To drain it, open its own console or run <code>souk drain</code> there.
      </p>
    )
  }
  if (!peer.draining) {
    return (
      <ActionButton confirm="Take nothing new here?" act={async () => void (await client.drain())}>
        Drain
      </ActionButton>
    )
  }
  return (
    <div class="actions">
      {status && <span role="status">{progressText(status.drain)}</span>}
      <ActionButton class="primary" act={async () => void (await client.undrain())}>
        Take work again
      </ActionButton>
    </div>
  )
}
