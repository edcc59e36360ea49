import { useNames } from '../live/use-feed.ts'
import { hrefOf } from '../router.ts'
import { shortTask } from '../text/ids.ts'

export function PeerLink({ id }: { id: string }) {
  const nameOf = useNames()
  return (
    <a class="peer-link" href={hrefOf(['peers', id])} title={id}>
      {nameOf(id)}
    </a>
  )
}

export function TaskLink({ id, name }: { id: string; name?: string }) {
  return (
    <a class="task-link" href={hrefOf(['tasks', id])} title={id}>
      <code>{shortTask(id)}</code>
      {name && <span>{name}</span>}
    </a>
  )
}
