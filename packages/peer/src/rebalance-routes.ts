import { countLeft, type NamedTasks } from '@souk/market'
import type { RebalancerEffect } from '@souk/rebalance'
import type { MessageOf, Move, PeerId, TaskId } from '@souk/wire'
import { borneView } from './drain-view.ts'
import type { MoverEffect } from './mover.ts'
import type { Steps } from './steps.ts'

/** Routes the effects of the rebalancer. */
export function routeRebalancer(effect: RebalancerEffect, steps: Steps): void {
  switch (effect.type) {
    case 'pressed':
      steps.machines.marketChanged = true
      steps.outlet.trace({ type: 'pressure.began', ...effect.cause })
      break
    case 'eased':
      steps.machines.marketChanged = true
      steps.outlet.trace({ type: 'pressure.ended', forMs: effect.forMs })
      break
    case 'shedRun': {
      const { task, code, memoryBytes } = effect
      const ballot = steps.machines.bearer.find(task)?.runBallot
      if (ballot === undefined) break
      steps.outlet.trace({ type: 'task.shed', task, ballot, code, memoryBytes })
      steps.stepBearer({ type: 'giveBack', tasks: [task], why: 'pressure' })
      break
    }
    case 'putBack': {
      const { tasks, code, reason, to } = effect
      const move = { code, reason, from: steps.machines.self }
      for (const task of tasks) putBack(steps, task, move, to)
      break
    }
  }
}

export function routeMover(effect: MoverEffect, { outlet }: Steps): void {
  if (effect.type === 'send') outlet.send(effect.to, effect.message)
  else outlet.emit({ type: 'reply', client: effect.client, reply: { type: 'moved', results: effect.results } })
}

/** Takes a task out of this host's queue, if it is still there, to be placed anew. `to`: the host with room, if known. */
function putBack(steps: Steps, task: TaskId, move: Move, to?: PeerId): void {
  const { bearer, host, moves } = steps.machines
  const run = bearer.find(task)
  if (!run || !host.waits(task)) return
  moves.note(task, move)
  steps.outlet.trace({ type: 'task.putBack', task, ballot: run.runBallot, code: move.code })
  const code = mayGoOn(run.offered?.baton.path ?? [], to) ? 'put-back' : 'had-before'
  steps.stepHost({ type: 'putBack', task, ballot: run.runBallot, code })
}

/**
 * Whether a task put back may be placed anew from here under its ballot; else it goes back to its custodians. A baton never
 * returns to a peer on its path: if that is the host with room, or no host is known and there is a path at all, the task might
 * wait here for ever.
 */
function mayGoOn(path: readonly PeerId[], to: PeerId | undefined): boolean {
  return to === undefined ? path.length === 0 : !path.includes(to)
}

/** A host asks for tasks by name: those in the queue here are put back first, then the auctioneer gives what waits. */
export function onNamed(steps: Steps, from: PeerId, message: MessageOf<'wanted'>): void {
  const { tasks, code, reason } = message.named!
  const named = decideNamed(steps, from, tasks)
  for (const task of named.tasks) putBack(steps, task, { code, reason, from: steps.machines.self }, from)
  steps.stepAuctioneer({ type: 'named', from, message, ...named })
}

function decideNamed(
  { machines, outlet }: Steps,
  to: PeerId,
  tasks: readonly TaskId[],
): { tasks: TaskId[]; left: NamedTasks['left'] } {
  const may: TaskId[] = []
  const left: NamedTasks['left'] = []
  for (const task of new Set(tasks)) {
    const why = whyNot(machines, task, to, outlet.now)
    if (why === undefined) may.push(task)
    else countLeft(left, why)
  }
  return { tasks: may, left }
}

function whyNot(machines: Steps['machines'], task: TaskId, to: PeerId, now: number): string | undefined {
  const borne = borneView(machines, task)
  if (!borne) return 'gone'
  if (borne.state !== 'waiting' && borne.state !== 'queued') return borne.state
  if (borne.fixed || borne.ending) return 'fixed'
  if (machines.bearer.find(task)?.offered?.baton.path.includes(to)) return 'on-path'
  if (!borne.movable) return 'moved-enough'
  return machines.rebalancer.mayMoveAsTold(now) ? undefined : 'limit'
}
