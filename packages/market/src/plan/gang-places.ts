import type { Millis } from '@souk/kernel'
import type { Shape } from '@souk/wire'
import type { Quantiles } from '../durations.ts'
import { capacityFor } from '../gang.ts'
import type { HostPlan } from './host-plan.ts'
import type { Wanted } from './occupancy.ts'
import type { PlanTask } from './plan.ts'

/** A host that could run members of a gang, each for so long. */
interface Chance {
  host: HostPlan
  wanted: Wanted
  runs: Quantiles
}

/** Alike that are to start together, no sooner than then. */
interface Together {
  size: number
  shape: Shape
  shapeKey: string
  fromMs: Millis
}

/** Times at which gangs may yet be tried, of all gangs of one evaluation: each costs a look at every host. */
export interface Tries {
  left: number
}

/**
 * Puts `size` alike on these hosts, all to start at the first time at which that many have room at once, on few hosts, as a
 * bearer of theirs would; returns whose host each has. Else nothing is put anywhere: `never`, as it is planned; or
 * `unsettled`, since there are no tries left.
 */
export function placeTogether<C extends Chance>(
  chances: readonly C[],
  { size, shape, shapeKey, fromMs }: Together,
  tries: Tries,
): { startMs: Millis; places: C[] } | 'never' | 'unsettled' {
  const hosts = chances.map(({ host }) => host)
  if (capacityFor(hosts, { shape, size }) < size) return 'never'
  let startMs = soonest(chances, fromMs)
  while (startMs !== undefined) {
    if (tries.left <= 0) return 'unsettled'
    tries.left--
    const { rooms, undo } = hold(chances, size, startMs)
    const isEnough = rooms.reduce((sum, { count }) => sum + count, 0) >= size
    // While what was found is kept for good, no sooner time than the next with room for one more has room for all.
    const nextMs = isEnough ? undefined : soonest(chances, startMs)
    undo()
    if (isEnough) return { startMs, places: fill(rooms, size, { shapeKey, startMs }) }
    startMs = nextMs
  }
  return 'never'
}

/** As many as can start then, at most `size` a host, are kept there for good; until it is undone. */
function hold<C extends Chance>(chances: readonly C[], size: number, startMs: Millis) {
  const rooms: { chance: C; count: number }[] = []
  const undo: (() => void)[] = []
  for (const chance of chances) {
    const { host, wanted, runs } = chance
    let count = 0
    while (count < size && host.earliest(wanted, runs.p50, startMs) === startMs) {
      if (count === 0) undo.push(host.mark())
      host.hold(wanted, { startMs, runMs: runs.p50 })
      count++
    }
    if (count > 0) rooms.push({ chance, count })
    // No other has room for more.
    if (count === size) break
  }
  return {
    rooms,
    undo: () => {
      for (const restore of undo.reverse()) restore()
    },
  }
}

/** Those with most room first. */
function fill<C extends Chance>(
  rooms: readonly { chance: C; count: number }[],
  size: number,
  { shapeKey, startMs }: { shapeKey: string; startMs: Millis },
): C[] {
  const places: C[] = []
  for (const { chance, count } of [...rooms].sort((a, b) => b.count - a.count)) {
    const { host, wanted, runs } = chance
    for (let left = Math.min(count, size - places.length); left > 0; left--) {
      host.place(wanted, shapeKey, { startMs, runMs: runs.p50 })
      places.push(chance)
    }
  }
  return places
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
