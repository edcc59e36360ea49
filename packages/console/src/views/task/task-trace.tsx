import type { TaskDetail } from '@souk/client'
import { useFeedState } from '../../live/use-feed.ts'
import { useMeshTrace } from '../../live/use-mesh-trace.ts'
import { Asking, Card, Empty, Problem } from '../../parts/card.tsx'
import { MissingPeers } from '../../parts/missing-peers.tsx'
import { recordingOf } from '../../recorded/recording.ts'
import { saveRecording } from '../../recorded/save-recording.ts'
import { EventList } from '../events/event-list.tsx'

/** more is an unusual task: the newest of it */
const shownMax = 60

/** What every peer did about the task, as far as they still know: finer than its timeline, and gone earlier. */
export function TaskTrace({ task, detail }: { task: string; detail?: TaskDetail }) {
  const { events, missing, answered, error } = useMeshTrace({ task })
  const { who, moments } = useFeedState('who', 'moments')
  const exported = (whole: TaskDetail) =>
    saveRecording(recordingOf(who, { events, moments: moments.slice(-1), task: whole }, Date.now()))
  return (
    <Card
      title="What peers did about it"
      class="last"
      aside={
        <>
          {answered && <MissingPeers peers={missing} />}{' '}
          {detail && (
            <button type="button" onClick={() => exported(detail)}>
              Export
            </button>
          )}
        </>
      }
    >
      <Problem error={error} />
      {!answered ? (
        !error && <Asking />
      ) : events.length === 0 ? (
        <Empty title="No peer remembers it">Each keeps its latest few thousand events.</Empty>
      ) : (
        <EventList events={events.slice(-shownMax).reverse()} />
      )}
    </Card>
  )
}
