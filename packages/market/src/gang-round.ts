import type { Millis } from '@souk/kernel'
import type { MessageOf, PeerId } from '@souk/wire'
import { fewKeep, type Gang, limitOf } from './gang.ts'

/**
 * Begins another round: what is said to each of those that are asked. Where it is known where a patient gang starts, hosts
 * need keep no more for it than that between its rounds: the others may have something by chance.
 */
export function beginRound(
  gang: Gang,
  peers: readonly PeerId[],
  now: Millis,
  sinceWallMs: number,
): { to: PeerId; message: MessageOf<'reserve'> }[] {
  gang.state = 'asking'
  gang.round++
  gang.startedMs = now
  gang.asked = new Set(peers)
  gang.reached = [...peers]
  gang.kept = []
  gang.refused = []
  gang.rooms.clear()
  gang.behind.clear()
  const { key, round, shape, size: count, start, patient } = gang
  const limitMs = limitOf(gang)
  const limit = limitMs > 0 ? { limitMs } : {}
  const few = fewKeep(gang) ? { fewKeep: true as const } : {}
  const common = { t: 'reserve', gang: key, round, shape, count, patient, sinceWallMs, ...limit, ...few } as const
  if (!patient || start === undefined) return peers.map((to) => ({ to, message: common }))
  const startsInMs = Math.max(0, Math.round(start.atMs - now))
  return peers.map((to) => ({ to, message: { ...common, keep: start.keep.get(to) ?? 0, startsInMs } }))
}
