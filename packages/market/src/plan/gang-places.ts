import type { Millis } from '@souk/kernel'
import type { Shape } from '@souk/wire'
import type { Quantiles } from '../durations.ts'
import { capacityFor } from '../gang.ts'
import type { HostPlan } from './host-plan.ts'
import type { Wanted } from './occupancy.ts'
import type { PlanTask } from './plan.ts'

/** A host that could run members of a gang. */
interface Chance {
  host: HostPlan
  wanted: Wanted
  runs: Quantiles
}

/** Like tasks that are to start together, no sooner than fromMs. */
interface Together {
  size: number
  shape: Shape
  shapeKey: string
  fromMs: Millis
}

/** Start times that may still be tried in one evaluation, for all gangs together: each costs a look at every host. */
export interface Tries {
  left: number
}

/**
 * Places `size` like tasks at the first time at which all have room at once, on few hosts, as `Gangs` would; returns the host
 * of each. Otherwise nothing is placed: `never`, as the plan stands, or `unsettled`, since no tries are left.
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
    // With the places found held for good, the next time worth a try is the first with room for one more: before it the
    // hosts have no more room than now.
    const nextMs = isEnough ? undefined : soonest(chances, startMs)
    undo()
    if (isEnough) return { startMs, places: fill(rooms, size, { shapeKey, startMs }) }
    startMs = nextMs
  }
  return 'never'
}

/** Holds room for as many members as can start at startMs, at most `size` a host, for good, until `undo` is called. */
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
    // This host has room for all of them.
    if (count === size) break
  }
  return {
    rooms,
    undo: () => {
      for (const restore of undo.reverse()) restore()
    },
  }
}

/** Places the members, hosts with most room first. */
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

/** Keys of the gangs whose members are all among these tasks and alike. */
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
