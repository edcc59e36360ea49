import type { Millis } from '@souk/kernel'
import type { Quantiles } from '../durations.ts'
import type { HostPlan } from './host-plan.ts'
import type { Wanted } from './occupancy.ts'
import type { PlanTask } from './plan.ts'

/** Times at which one gang is tried; of later ones nothing is said (guess: some for each of its members) */
const triesMax = 256

/** A host that could run members of a gang, each for so long. */
interface Chance {
  host: HostPlan
  wanted: Wanted
  runs: Quantiles
}

/**
 * Puts `size` alike on these hosts, all to start at the first time at which that many have room at once, on few hosts, as a
 * bearer of theirs would; returns whose host each has. undefined: never, as it is planned; then nothing is put anywhere.
 */
export function placeTogether<C extends Chance>(
  chances: readonly C[],
  { size, shapeKey, fromMs }: { size: number; shapeKey: string; fromMs: Millis },
): { startMs: Millis; places: C[] } | undefined {
  let startMs = soonest(chances, fromMs)
  for (let tries = 0; tries < triesMax && startMs !== undefined; tries++) {
    const undo = chances.map(({ host }) => host.mark())
    const places = fill(chances, size, shapeKey, startMs)
    if (places.length === size) return { startMs, places }
    // Where none of those hosts has room for one more no sooner time has any for all.
    startMs = soonest(chances, startMs)
    for (const restore of undo) restore()
  }
  return undefined
}

function fill<C extends Chance>(chances: readonly C[], size: number, shapeKey: string, startMs: Millis): C[] {
  const rooms = chances.map((chance) => {
    const restore = chance.host.mark()
    const count = put(chance, size, shapeKey, startMs)
    restore()
    return { chance, count }
  })
  const places: C[] = []
  for (const { chance } of rooms.sort((a, b) => b.count - a.count))
    for (let left = put(chance, size - places.length, shapeKey, startMs); left > 0; left--) places.push(chance)
  return places
}

/** As many as can start there then, at most `most`. */
function put({ host, wanted, runs }: Chance, most: number, shapeKey: string, startMs: Millis): number {
  let count = 0
  while (count < most && host.earliest(wanted, runs.p50, startMs) === startMs) {
    host.place(wanted, shapeKey, { startMs, runMs: runs.p50 })
    count++
  }
  return count
}

function soonest(chances: readonly Chance[], fromMs: Millis): Millis | undefined {
  const times = chances.flatMap(({ host, wanted, runs }) => host.earliest(wanted, runs.p50, fromMs) ?? [])
  return times.length === 0 ? undefined : Math.min(...times)
}

/** Keys of the gangs of which all members are among these tasks, and alike. */
export function wholeGangs(tasks: readonly PlanTask[], keyOf: (task: PlanTask) => string): ReadonlySet<string> {
  const gangs = new Map<string, PlanTask[]>()
  for (const task of tasks) if (task.gang) gangs.set(task.gang.key, [...(gangs.get(task.gang.key) ?? []), task])
  const whole = new Set<string>()
  for (const [key, members] of gangs) {
    const { size } = members[0]!.gang ?? {}
    const ranks = new Set(members.map(({ gang }) => gang?.rank))
    const isAlike = members.every((member) => member.gang?.size === size && keyOf(member) === keyOf(members[0]!))
    if (ranks.size === size && members.length === size && isAlike) whole.add(key)
  }
  return whole
}
