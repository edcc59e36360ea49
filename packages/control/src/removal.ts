import type { BodyOf, Removed, Routes } from '@souk/client'
import { limits, type TaskFilter, taskStates } from '@souk/wire'
import { ApiError } from './api-error.ts'
import { peerOf } from './known-peer.ts'
import type { ControlOptions } from './options.ts'
import type { PeerSnapshotView } from './peer-snapshot-view.ts'
import type { TaskFinder } from './task-finder.ts'

/** tasks that are named of those that could not end any more */
const shownMax = 5

const openStates = taskStates.filter((state) => state !== 'closed')

interface Parts {
  options: Pick<ControlOptions, 'remove'>
  finder: Pick<TaskFinder, 'list'>
  snapshot: () => PeerSnapshotView
}

/**
 * Removes a member for good. Throws ApiError `peer-unknown`, `peer-ambiguous`, `removal-self`, `peer-alive`,
 * `tasks-unendable`, `removals-full`, and what `options.remove` rejects with.
 */
export async function removeMember(
  body: BodyOf<Routes['remove']>,
  { options, finder, snapshot }: Parts,
): Promise<Removed> {
  const before = snapshot()
  const peer = peerOf(body.peer, before)
  if (peer === before.self) throw new ApiError(400, 'removal-self', 'a peer does not remove itself; ask another admin')
  const { name, role, state, connected } = before.members.find((member) => member.peer === peer)!
  const alive = connected || state === 'alive'
  if (body.alive !== true && alive) {
    const why = connected ? 'it is connected' : 'it may be back any moment'
    const message = `${name} is a living member: ${why}. Stop it there first (souk down), or say that it goes all the same (--alive)`
    throw new ApiError(409, 'peer-alive', message)
  }
  const tasks = await keptBy(peer, finder)
  if (tasks.unendable > 0 && body.lose !== true) throw unendable(tasks, { name, alive })
  await options.remove(peer)
  if (snapshot().members.some((member) => member.peer === peer)) {
    const message = `this mesh has removed ${limits.removalsMax} peers, and may forget none of them: it takes no more`
    throw new ApiError(409, 'removals-full', message)
  }
  return { peer, name, role, tasks }
}

/** What becomes of the open tasks that it keeps, as far as those know that can be asked. */
async function keptBy(peer: string, finder: Parts['finder']): Promise<Removed['tasks']> {
  const ask = (filter: TaskFilter) =>
    finder.list({ limit: shownMax, prefix: '', states: openStates, everywhere: true, filter })
  const [all, lost] = await Promise.all([
    ask({ kinds: [], keptBy: peer }),
    ask({ kinds: [], keptBy: peer, unendable: true }),
  ])
  return {
    kept: Math.max(0, all.total - lost.total),
    unendable: lost.total,
    ids: lost.tasks.map(({ id }) => id),
    missing: [...new Set([...all.missing, ...lost.missing])].sort(),
  }
}

function unendable(tasks: Removed['tasks'], { name, alive }: { name: string; alive: boolean }): ApiError {
  const { kept, unendable: count, ids } = tasks
  const more = count > ids.length ? ' and more' : ''
  const first = alive
    ? 'souk drain there moves what it keeps alone; for the others let those of their custodians that are away come back for a while'
    : 'let it, or others of their custodians that are away, come back (souk up) until others keep them, a few seconds'
  const message =
    `without ${name} ${count} of the ${kept + count} open tasks that it keeps could never end, but by being given up, since most of ` +
    `their custodians would be removed: ${ids.join(', ')}${more}. Save them first: ${first}. Or remove it and lose them (--lose)`
  return new ApiError(409, 'tasks-unendable', message, { details: tasks })
}
