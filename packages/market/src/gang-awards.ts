import type { Decision, PeerId, TaskId } from '@souk/wire'
import type { KeptRoom } from './gang.ts'
import type { GangsEffect } from './gangs-io.ts'

/** Gives the tasks of a gang, in order of rank, to the places kept for them, which have room for all. */
export function awardsOf(
  places: readonly KeptRoom[],
  tasks: readonly TaskId[],
  decisionFor: (peer: PeerId) => Decision,
  self: PeerId,
): GangsEffect[] {
  let given = 0
  return places.map(({ peer, incarnation, count, offeredMs }): GangsEffect => {
    const here = tasks.slice(given, given + count)
    given += count
    const decision = decisionFor(peer)
    if (peer === self) return { type: 'keep', tasks: here, alternative: 0, decision }
    return { type: 'award', tasks: here, to: { peer, incarnation, offeredMs }, alternates: [], decision }
  })
}
