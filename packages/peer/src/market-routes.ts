import type { AuctioneerEffect, BidderEffect, PlannerEffect } from '@souk/market'
import { type Bearer, type Decision, requestOf, type TaskId, tiesOf } from '@souk/wire'
import type { DeskEffect } from './desk-io.ts'
import { borneView } from './drain-view.ts'
import type { Steps } from './steps.ts'

/** Routes the effects of the auctioneer, and the like effects of gangs. */
export function routeAuctioneer(effect: AuctioneerEffect, steps: Steps): void {
  switch (effect.type) {
    case 'send':
      steps.outlet.send(effect.to, effect.message)
      break
    case 'award': {
      const { tasks, to, alternates, decision } = effect
      decided(steps, tasks, decision, { peer: to.peer, incarnation: to.incarnation })
      steps.stepBearer({ type: 'handOver', tasks, to, alternates })
      break
    }
    case 'keep':
      decided(steps, effect.tasks, effect.decision, steps.machines.life)
      for (const task of effect.tasks) reserve(steps, task, effect.alternative)
      steps.stepBearer({ type: 'keep', tasks: effect.tasks, alternative: effect.alternative })
      break
    case 'waits':
      decided(steps, effect.tasks, effect.decision, undefined)
      for (const task of effect.tasks) steps.outlet.trace({ type: 'task.waiting', task, code: effect.code })
      break
    case 'unplaceable':
      decided(steps, [effect.task], effect.decision, undefined)
      steps.stepBearer({ type: 'unplaceable', task: effect.task, message: effect.message })
      break
    case 'asked':
      steps.outlet.trace({ ...effect, type: 'auction.asked' })
      break
    case 'closed':
      steps.outlet.trace({ ...effect, type: 'auction.closed' })
      break
    case 'distrusted':
      steps.outlet.trace({ ...effect, type: 'bidder.distrusted' })
      break
    case 'handBack':
      handBack(steps, effect)
      break
    case 'given':
      steps.outlet.trace({ type: 'wanted.given', to: effect.to, count: effect.count })
      break
  }
}

function handBack(steps: Steps, { task, to }: Extract<AuctioneerEffect, { type: 'handBack' }>): void {
  const { machines, outlet } = steps
  const borne = machines.bearer.find(task)
  if (!borne || borneView(machines, task)?.fixed) return
  machines.moves.note(task, { code: 'had-before', reason: `${to} has room, and had it before`, from: machines.self })
  outlet.trace({ type: 'task.putBack', task, ballot: borne.ballot, code: 'had-before' })
  steps.stepBearer({ type: 'giveBack', tasks: [task], why: 'had-before' })
}

export function routeBidder(effect: BidderEffect, steps: Steps): void {
  switch (effect.type) {
    case 'send':
      steps.outlet.send(effect.to, effect.message)
      break
    case 'wanted':
      steps.outlet.trace({ type: 'wanted.sent', to: effect.to, count: effect.count })
      break
    case 'hold': {
      const { what, asker, lot, ms } = effect
      steps.outlet.trace({ type: `hold.${what}`, asker, lot, ms })
      break
    }
  }
}

export function routePlanner(effect: PlannerEffect, { outlet }: Steps): void {
  if (effect.type === 'send') outlet.send(effect.to, effect.message)
  else outlet.emit({ type: 'reply', client: effect.client, reply: { type: 'planned', plan: effect.plan } })
}

function decided(steps: Steps, tasks: readonly TaskId[], decision: Decision, to: Bearer | undefined): void {
  for (const told of steps.machines.moves.apply(tasks, decision, to !== undefined)) decidedAs(steps, told, to)
}

function decidedAs(steps: Steps, { tasks, decision }: { tasks: TaskId[]; decision: Decision }, to: Bearer | undefined) {
  steps.stepBearer({ type: 'decided', tasks, decision })
  for (const task of tasks) {
    steps.stepCustodian({ type: 'decided', task, decision, to })
    if (!to) continue
    const ballot = steps.machines.bearer.find(task)?.ballot
    if (ballot) steps.outlet.trace({ type: 'task.awarded', task, ballot, to: to.peer, decision })
  }
}

/** Reserves the room of a task that is kept here: it starts only once its record is durable. */
function reserve(steps: Steps, task: TaskId, alternative: number): void {
  const spec = steps.machines.bearer.find(task)?.record.spec
  if (!spec) return
  const request = requestOf(spec, alternative)
  steps.stepHost({ type: 'reserve', task, tenant: spec.tenant, request, ties: tiesOf(spec) })
}

/** Routes the effects of the desk. */
export function routeDesk(effect: DeskEffect, { outlet }: Steps): void {
  if (effect.type === 'send') outlet.send(effect.to, effect.message)
  else outlet.emit(effect)
}
