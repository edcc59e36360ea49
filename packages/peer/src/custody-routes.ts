import type { BearerEffect, CustodianEffect, SubmitterEffect } from '@souk/custody'
import { shapeOf } from '@souk/market'
import type { Outcome, TaskId, TaskRecord, TaskSpec } from '@souk/wire'
import { decideAdmission } from './admission.ts'
import { place, useOf } from './gang-routes.ts'
import { haltRun, takeUp } from './speculation-routes.ts'
import type { Steps } from './steps.ts'
import { learnPace } from './straggler-routes.ts'
import type { TraceEvent } from './trace.ts'

type EndedWhole = NonNullable<Extract<TraceEvent, { type: 'task.closed' }>['whole']>

/** Routes the effects of the custodian. */
export function routeCustodian(effect: CustodianEffect, steps: Steps): void {
  switch (effect.type) {
    case 'send':
      steps.outlet.send(effect.to, effect.message)
      break
    case 'persist':
      if (effect.along) steps.outlet.persistAlong(effect)
      else steps.outlet.persist(effect)
      break
    case 'bear':
      steps.stepBearer(effect)
      break
    case 'closed':
      onClosed(effect.task, effect.outcome, steps)
      break
    case 'recovered':
      onRecovered(effect, steps)
      break
    case 'runLost':
      onRunLost(effect, steps)
      break
    case 'rejected':
      steps.outlet.trace({ type: 'message.rejected', peer: effect.from, tag: effect.tag, code: effect.code })
      break
    case 'storeState':
      steps.machines.store = { ok: effect.ok, code: effect.code, message: effect.message }
      if (!effect.ok) steps.outlet.trace({ type: 'store.failed', code: effect.code, message: effect.message })
      break
  }
}

function onRecovered({ task, ballot, code }: Extract<CustodianEffect, { type: 'recovered' }>, steps: Steps): void {
  const spec = steps.machines.custodian.find(task)?.record.spec
  steps.outlet.trace({ type: 'task.recovered', task, ballot, code, ...contextOf(spec) })
}

function onRunLost({ task, run, forMs }: Extract<CustodianEffect, { type: 'runLost' }>, steps: Steps): void {
  const { ballot, bearer, state, attempt } = run
  const spec = steps.machines.custodian.find(task)?.record.spec
  const since = forMs === undefined ? {} : { forMs }
  const known = { task, ballot, peer: bearer.peer, state, attempt, ...since }
  steps.outlet.trace({ type: 'task.runLost', ...known, ...contextOf(spec) })
}

const contextOf = (spec: TaskSpec | undefined) =>
  spec?.traceparent === undefined ? {} : { traceparent: spec.traceparent }

/** The whole life of a task for the trace, told by only one of the custodians that see it end. */
function wholeOf(record: TaskRecord | undefined, { machines, outlet }: Steps): { whole?: EndedWhole } {
  if (!record) return {}
  const { origin, custodians, spec, submittedWallMs } = record
  const teller = custodians.includes(origin) ? origin : custodians[0]
  if (teller !== machines.self) return {}
  const tookMs = Math.max(0, outlet.log.wallMs(outlet.now) - submittedWallMs)
  return { whole: { class: spec.class, tookMs, ...contextOf(spec) } }
}

function onClosed(task: TaskId, outcome: Outcome, steps: Steps): void {
  const { ballot, kind, code, result } = outcome
  const record = steps.machines.custodian.find(task)?.record
  steps.outlet.trace({ type: 'task.closed', task, ballot, kind, code, ...wholeOf(record, steps) })
  steps.stepSubmitter({ type: 'closed', task, outcome })
  if (!record) return
  if (result) steps.stepAuctioneer({ type: 'duration', class: record.spec.class, runMs: result.runMs })
  learnPace(record, outcome, steps)
}

function onSubmitted({ id, spec }: TaskRecord, { outlet }: Steps): void {
  outlet.trace({ type: 'task.submitted', task: id, class: spec.class, ...contextOf(spec) })
}

export function routeSubmitter(effect: SubmitterEffect, steps: Steps): void {
  switch (effect.type) {
    case 'send':
      steps.outlet.send(effect.to, effect.message)
      break
    case 'bear':
      onSubmitted(effect.record, steps)
      steps.stepDemand({ type: 'arrived', class: effect.record.spec.class })
      steps.stepBearer(effect)
      break
    case 'durable':
      steps.outlet.trace({ type: 'task.stored', task: effect.task })
      steps.stepBearer(effect)
      steps.stepGangs(effect)
      break
    case 'void':
      release(steps, effect.task)
      steps.stepBearer(effect)
      break
    case 'accepted': {
      const { client, tag, task } = effect
      steps.outlet.trace({ type: 'task.accepted', task })
      steps.outlet.emit({ type: 'reply', client, reply: { type: 'accepted', tag, task } })
      break
    }
    case 'refused':
      steps.outlet.refuse(effect.client, effect.tag, effect.code, effect.message)
      break
    case 'outcome': {
      const { task, outcome, clients } = effect
      for (const client of clients)
        steps.outlet.emit({ type: 'reply', client, reply: { type: 'outcome', task, outcome } })
      break
    }
  }
}

export function routeBearer(effect: BearerEffect, steps: Steps): void {
  switch (effect.type) {
    case 'send':
      if (effect.along) steps.outlet.sendAlong(effect.to, effect.message)
      else steps.outlet.send(effect.to, effect.message)
      break
    case 'waiting':
      // A task with `after` is held back until those tasks have ended. If it was placed before (`avoid`, `again`) they have.
      if (effect.record.spec.after && effect.avoid.length === 0 && !effect.again)
        steps.stepDependencies({ type: 'waiting', record: effect.record })
      else place(steps, effect.record, effect.avoid)
      break
    case 'withdrawn':
      steps.machines.moves.delete(effect.task)
      release(steps, effect.task)
      steps.stepAuctioneer(effect)
      steps.stepDependencies(effect)
      steps.stepGangs(effect)
      break
    case 'offered':
      onOffered(effect, steps)
      break
    case 'take':
      steps.outlet.trace({ type: 'task.queued', task: effect.record.id, ballot: effect.ballot })
      takeUp(effect, steps)
      break
    case 'halt':
      haltRun(effect, steps)
      break
    case 'bounced': {
      const { task, ballot, to, refusal } = effect
      steps.outlet.trace({ type: 'task.bounced', task, ballot, to, code: refusal.code })
      break
    }
    case 'givenUp': {
      const { type, ...given } = effect
      steps.outlet.trace({ type: 'task.givenUp', ...given })
      break
    }
    case 'leaseLost':
      steps.outlet.trace({ type: 'task.leaseLost', task: effect.task, ballot: effect.ballot })
      break
    case 'chosen':
      steps.outlet.trace({ type: 'task.chosen', task: effect.task, ballot: effect.ballot })
      break
    case 'handed':
      steps.stepCustodian(effect)
      break
    case 'succeeded': {
      const { task, version, custodians } = effect
      steps.outlet.trace({ type: 'task.moved', task, version, custodians })
      break
    }
    case 'rejected':
      steps.outlet.trace({ type: 'message.rejected', peer: effect.from, tag: 'award', code: effect.code })
      break
  }
}

/**
 * Another peer hands this one a baton. Before admission a gang member gets the room kept for it, and a task with a timeout may
 * borrow room of a gang; afterwards the bid's hold and word have served.
 */
function onOffered({ baton, from }: Extract<BearerEffect, { type: 'offered' }>, steps: Steps): void {
  const { ballot, record, path, offeredMs } = baton
  const task = record.id
  steps.outlet.trace({ type: 'task.received', task, ballot, from, ...contextOf(record.spec) })
  const { gang, timeoutMs } = record.spec
  if (gang) steps.stepReservations(useOf(from, record))
  else if (timeoutMs > 0) steps.stepReservations({ type: 'borrow', shape: shapeOf(record.spec), limitMs: timeoutMs })
  const { self, offer, host, bidder, rebalancer, zoneClaims } = steps.machines
  const { now } = steps.outlet
  const shape = shapeOf(record.spec)
  const crowded = () => bidder.crowded(shape, [...path, self], now)
  const answer = decideAdmission(baton, {
    ...{ offer, host, crowded, pressure: rebalancer.pressure?.detail },
    hasWord: () => zoneClaims.admits(baton, shape, now),
    mayMoveOne: () => rebalancer.mayMoveOne(now),
  })
  const isAwaited = answer.do === 'take' && record.spec.starts === 'at-most-once'
  steps.stepBearer({ type: 'admit', task, answer })
  zoneClaims.arrived(baton, shape, isAwaited, now)
  // A task that first asks its custodians for leave is not in the ledger yet: its hold stays until it ends by itself.
  if (!isAwaited) steps.stepBidder({ type: 'awarded', path, offeredMs })
  if (answer.do !== 'take' && record.spec.gang) release(steps, task)
}

function release(steps: Steps, task: TaskId): void {
  steps.stepHost({ type: 'release', task })
}
