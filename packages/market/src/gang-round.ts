import type { Millis } from '@souk/kernel'
import type { MessageOf, PeerId } from '@souk/wire'
import { fewKeep, type Gang, limitOf } from './gang.ts'

/**
 * Begins another round and returns what to ask of each host. If it is known when and where a patient gang starts, `keep` tells
 * each host how many places it need keep between rounds; it may offer more within the round, in case that is enough at once.
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
