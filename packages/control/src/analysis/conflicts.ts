import type { Conflict, Contention, ResourceHolder } from '@souk/client'
import { copyVector, type ResourceVector, shortage, take } from '@souk/kernel'
import { decideFit, decideTies } from '@souk/market'
import { type Priority, priorities, requestsOf, type Ties, tiesOf } from '@souk/wire'
import { publicResource, requestAmountsOf } from './amounts.ts'
import type { SeenHost } from './seen-host.ts'
import { givenTo, isRunning, isWaiting, type SeenTask, waitsForTasks } from './seen-task.ts'
import { taskShape } from './task-shape.ts'

/** groups of like waiting tasks that are looked at, the largest first */
const groupsMax = 32
const hostsShownMax = 8
const holdersShownMax = 4
const idsShownMax = 3

/** A host with what runs on it, and what that leaves. */
interface Occupied extends SeenHost {
  tasks: SeenTask[]
  free: ResourceVector
  ties: Ties[]
}

/**
 * Who waits for what somebody else holds: for each group of like waiting tasks the hosts that could run it and are full,
 * the first resource that each of them lacks, and whose tasks have it. Groups for which some host has room are left out
 * where no host is full. A host that drains, or where a tie keeps them out, lacks no resource.
 */
export function conflictsOf(tasks: readonly SeenTask[], hosts: readonly SeenHost[], nowMs: number): Conflict[] {
  const occupied = hosts.map((host) => occupy(host, tasks))
  return waitingGroups(tasks)
    .map((group) => conflictOf(group, occupied, nowMs))
    .filter(({ fullHosts }) => fullHosts > 0)
}

function occupy(host: SeenHost, tasks: readonly SeenTask[]): Occupied {
  const free = copyVector(host.offer.capacity)
  const running = tasks.filter((task) => isRunning(task) && task.host === host.peer)
  for (const task of running) take(free, givenTo(task), host.offer.gpus)
  const ties = running.flatMap(({ needs }) => tiesOf(needs) ?? [])
  return { ...host, tasks: running, free, ties }
}

/** Waiting tasks that are alike to every host, largest group first. */
function waitingGroups(tasks: readonly SeenTask[]): SeenTask[][] {
  const groups = new Map<string, SeenTask[]>()
  for (const task of tasks) {
    if (!isWaiting(task) || waitsForTasks(task)) continue
    const key = JSON.stringify([task.class, task.tenant, task.needs])
    const group = groups.get(key)
    if (group) group.push(task)
    else groups.set(key, [task])
  }
  return [...groups]
    .sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1))
    .slice(0, groupsMax)
    .map(([, group]) => group)
}

function conflictOf(group: readonly SeenTask[], hosts: readonly Occupied[], nowMs: number): Conflict {
  const [first] = group as [SeenTask]
  const shape = taskShape(first)
  let unfitHosts = 0
  let roomyHosts = 0
  const full: Contention[] = []
  for (const host of hosts) {
    if (decideFit(host.offer, shape) || host.offer.draining || decideTies(host.ties, shape)) unfitHosts++
    else {
      const contention = contentionAt(host, first)
      if (contention) full.push(contention)
      else roomyHosts++
    }
  }
  return {
    class: first.class,
    tenant: first.tenant,
    priority: highest(group),
    waiting: group.length,
    longestMs: Math.max(0, ...group.map(({ submittedWallMs }) => nowMs - submittedWallMs)),
    ids: group.slice(0, idsShownMax).map(({ id }) => id),
    unfitHosts,
    roomyHosts,
    fullHosts: full.length,
    at: full.slice(0, hostsShownMax),
  }
}

function highest(group: readonly SeenTask[]): Priority {
  return priorities.find((priority) => group.some((task) => task.priority === priority)) ?? 'medium'
}

/** The first resource that one more of these lacks here, as what it would rather have of what could run here, and who has it; undefined: there is room. */
function contentionAt({ peer, offer, free, tasks }: Occupied, { needs }: SeenTask): Contention | undefined {
  const able = requestsOf(needs).filter((request) => !shortage(offer.capacity, request, offer.gpus))
  const shorts = able.map((request) => shortage(free, request, offer.gpus))
  const [short] = shorts
  if (!short || shorts.includes(undefined)) return undefined
  const { resource, unit } = publicResource(short.resource)
  return {
    peer,
    resource,
    available: short.available / unit,
    needed: short.needed / unit,
    holders: holdersOf(resource, tasks),
  }
}

/** Whose running tasks have this resource, who has most first. */
function holdersOf(resource: string, tasks: readonly SeenTask[]): ResourceHolder[] {
  const holders = new Map<string, ResourceHolder>()
  for (const task of tasks) {
    const amount = requestAmountsOf(givenTo(task)).get(resource) ?? 0
    if (amount === 0) continue
    const key = JSON.stringify([task.tenant, task.class])
    let holder = holders.get(key)
    if (!holder) {
      holder = { tenant: task.tenant, class: task.class, tasks: 0, amount: 0, ids: [] }
      holders.set(key, holder)
    }
    holder.tasks++
    holder.amount += amount
    if (holder.ids.length < idsShownMax) holder.ids.push(task.id)
  }
  return [...holders.values()].sort((a, b) => b.amount - a.amount).slice(0, holdersShownMax)
}
