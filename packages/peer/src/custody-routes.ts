import type { BearerEffect, CustodianEffect, SubmitterEffect } from '@souk/custody'
import { shapeOf } from '@souk/market'
import type { Outcome, TaskId } from '@souk/wire'
import { decideAdmission } from './admission.ts'
import { place, useOf } from './gang-routes.ts'
import type { Steps } from './steps.ts'

/** Where the effects of the custodian go. */
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
      steps.outlet.trace({ type: 'task.recovered', task: effect.task, ballot: effect.ballot, code: effect.code })
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

function onClosed(task: TaskId, outcome: Outcome, steps: Steps): void {
  const { ballot, kind, code, result } = outcome
  steps.outlet.trace({ type: 'task.closed', task, ballot, kind, code })
  steps.stepSubmitter({ type: 'closed', task, outcome })
  const name = steps.machines.custodian.find(task)?.record.spec.class
  if (result && name !== undefined) steps.stepAuctioneer({ type: 'duration', class: name, runMs: result.runMs })
}

export function routeSubmitter(effect: SubmitterEffect, steps: Steps): void {
  switch (effect.type) {
    case 'send':
      steps.outlet.send(effect.to, effect.message)
      break
    case 'bear':
      steps.outlet.trace({ type: 'task.submitted', task: effect.record.id, class: effect.record.spec.class })
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
      // What waits for others is no business of market's before those have ended. Whoever had it before us has seen to that.
      if (effect.record.spec.after && effect.avoid.length === 0)
        steps.stepDependencies({ type: 'waiting', record: effect.record })
      else place(steps, effect.record, effect.avoid)
      break
    case 'withdrawn':
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
      steps.stepHost(effect)
      break
    case 'halt':
      steps.stepHost(effect)
      break
    case 'bounced': {
      const { task, ballot, to, refusal } = effect
      steps.outlet.trace({ type: 'task.bounced', task, ballot, to, code: refusal.code })
      break
    }
    case 'givenUp':
      steps.outlet.trace({ type: 'task.givenUp', task: effect.task, ballot: effect.ballot, code: effect.code })
      break
    case 'leaseLost':
      steps.outlet.trace({ type: 'task.leaseLost', task: effect.task, ballot: effect.ballot })
      break
    case 'chosen':
      steps.outlet.trace({ type: 'task.chosen', task: effect.task, ballot: effect.ballot })
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

/** Somebody hands us a baton. The room that was kept for a member of a gang is its own, if it is taken. */
function onOffered({ baton, from }: Extract<BearerEffect, { type: 'offered' }>, steps: Steps): void {
  const { ballot, record } = baton
  const task = record.id
  steps.outlet.trace({ type: 'task.received', task, ballot, from })
  if (record.spec.gang) steps.stepReservations(useOf(from, record))
  const { self, offer, host, bidder } = steps.machines
  const crowded = () => bidder.crowded(shapeOf(record.spec), [...baton.path, self])
  const answer = decideAdmission(baton, { offer, host, crowded })
  steps.stepBearer({ type: 'admit', task, answer })
  if (answer.do !== 'take' && record.spec.gang) release(steps, task)
}

function release(steps: Steps, task: TaskId): void {
  steps.stepHost({ type: 'release', task })
}
