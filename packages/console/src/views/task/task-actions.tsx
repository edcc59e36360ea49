import type { CancelAnswer, TaskDetail } from '@souk/client'
import { useClient, useFeedState } from '../../live/use-feed.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { hrefOf } from '../../router.ts'
import { againOf } from './task-spec.ts'

const answers: Record<CancelAnswer, string> = {
  cancelled: 'cancelled',
  'closed-before': 'it had ended before',
  unknown: 'nobody knows it any more',
  stopping: 'its host is stopping it',
  endable: 'enough of its custodians are left: it goes on, and can be cancelled',
  unreachable: 'nobody who keeps it can be reached now; try again',
}

/** What can be done with it. Nobody is asked whether they may: the peer says so. */
export function TaskActions({ detail: { id, outcome, spec, unendable } }: { detail: TaskDetail }) {
  const client = useClient()
  const { recordedAt } = useFeedState('recordedAt')
  const again = againOf(spec)
  if (recordedAt !== undefined) return null
  return (
    <div class="actions">
      {outcome === undefined && unendable && (
        <ActionButton
          class="danger"
          confirm="End it without those that were removed? What they knew of it is given up."
          act={async () => answers[await client.giveUp(id, 'given up in the console')]}
        >
          Give up
        </ActionButton>
      )}
      {outcome === undefined && !unendable && (
        <ActionButton
          class="danger"
          confirm="Stop it for good?"
          act={async () => answers[await client.cancel(id, 'cancelled in the console')]}
        >
          Cancel
        </ActionButton>
      )}
      {outcome !== undefined && again && (
        <ActionButton
          act={async () => {
            const handle = client.submit(again)
            // Its page shows how it ends.
            handle.outcome.catch(() => {})
            location.hash = hrefOf(['tasks', await handle.id])
            return undefined
          }}
        >
          Run again
        </ActionButton>
      )}
      {outcome !== undefined && !again && (
        <span class="quiet" title="A task with input, files, an environment or ties: those are not told to consoles.">
          cannot be run again from here
        </span>
      )}
    </div>
  )
}
