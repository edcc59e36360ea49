import type { TaskDetail } from '@souk/client'
import { useNames } from '../../live/use-feed.ts'
import { Card, Empty } from '../../parts/card.tsx'
import { PeerLink } from '../../parts/links.tsx'
import { durationText } from '../../text/amounts.ts'
import { clockMsText } from '../../text/ids.ts'

/** As they stand in the details of a timeline. */
const peerIds = /\b12D3Koo[1-9A-HJ-NP-Za-km-z]{40,}\b/g

/** Every hop, with what it took since the one before. */
export function Timeline({ detail: { timeline } }: { detail: TaskDetail }) {
  const nameOf = useNames()
  return (
    <Card title="Timeline">
      {timeline.length === 0 ? (
        <Empty title="No hop yet" />
      ) : (
        <ol class="timeline">
          {timeline.map(({ at, peer, event, detail }, index) => {
            const wallMs = Date.parse(at)
            const before = timeline[index - 1]
            const tookMs = before === undefined ? undefined : wallMs - Date.parse(before.at)
            return (
              <li key={index} class={`hop ${event}`}>
                <span class="hop-what">
                  <b>{event}</b> <PeerLink id={peer} />
                </span>
                <time class="quiet" dateTime={at}>
                  {clockMsText(wallMs)}
                  {tookMs !== undefined && ` · +${durationText(Math.max(0, tookMs))}`}
                </time>
                {detail && <span class="quiet hop-detail">{detail.replace(peerIds, nameOf)}</span>}
              </li>
            )
          })}
        </ol>
      )}
    </Card>
  )
}
