import type { BearerEffect, CustodianEffect, SubmitterEffect } from '@souk/custody'
import { shapeOf } from '@souk/market'
import type { Outcome, TaskId } from '@souk/wire'
import { decideAdmission } from './admission.ts'
import { place, useOf } from './gang-routes.ts'
import type { Machines } from './machines.ts'
import type { Outlet } from './outlet.ts'
import type { Steps } from './steps.ts'

/** Where the effects of custodian and bearer go. */
export class CustodyRoutes {
  readonly #machines: Machines
  readonly #outlet: Outlet
  readonly #steps: Steps

  constructor(machines: Machines, outlet: Outlet, steps: Steps) {
    this.#machines = machines
    this.#outlet = outlet
    this.#steps = steps
  }

  onCustodian(effect: CustodianEffect): void {
    switch (effect.type) {
      case 'send':
        this.#outlet.send(effect.to, effect.message)
        break
      case 'persist':
        if (effect.along) this.#outlet.persistAlong(effect)
        else this.#outlet.persist(effect)
        break
      case 'bear':
        this.#steps.stepBearer(effect)
        break
      case 'closed':
        this.#onClosed(effect.task, effect.outcome)
        break
      case 'recovered':
        this.#outlet.trace({ type: 'task.recovered', task: effect.task, ballot: effect.ballot, code: effect.code })
        break
      case 'rejected':
        this.#outlet.trace({ type: 'message.rejected', peer: effect.from, tag: effect.tag, code: effect.code })
        break
      case 'storeState':
        this.#machines.store = { ok: effect.ok, code: effect.code, message: effect.message }
        if (!effect.ok) this.#outlet.trace({ type: 'store.failed', code: effect.code, message: effect.message })
        break
    }
  }

  #onClosed(task: TaskId, outcome: Outcome): void {
    const { ballot, kind, code, result } = outcome
    this.#outlet.trace({ type: 'task.closed', task, ballot, kind, code })
    this.#steps.stepSubmitter({ type: 'closed', task, outcome })
    const name = this.#machines.custodian.find(task)?.record.spec.class
    if (result && name !== undefined) this.#steps.stepAuctioneer({ type: 'duration', class: name, runMs: result.runMs })
  }

  onSubmitter(effect: SubmitterEffect): void {
    switch (effect.type) {
      case 'send':
        this.#outlet.send(effect.to, effect.message)
        break
      case 'bear':
        this.#outlet.trace({ type: 'task.submitted', task: effect.record.id, class: effect.record.spec.class })
        this.#steps.stepBearer(effect)
        break
      case 'durable':
        this.#outlet.trace({ type: 'task.stored', task: effect.task })
        this.#steps.stepBearer(effect)
        this.#steps.stepGangs(effect)
        break
      case 'void':
        this.#release(effect.task)
        this.#steps.stepBearer(effect)
        break
      case 'accepted': {
        const { client, tag, task } = effect
        this.#outlet.trace({ type: 'task.accepted', task })
        this.#outlet.emit({ type: 'reply', client, reply: { type: 'accepted', tag, task } })
        break
      }
      case 'refused':
        this.#outlet.refuse(effect.client, effect.tag, effect.code, effect.message)
        break
      case 'outcome': {
        const { task, outcome, clients } = effect
        for (const client of clients)
          this.#outlet.emit({ type: 'reply', client, reply: { type: 'outcome', task, outcome } })
        break
      }
    }
  }

  onBearer(effect: BearerEffect): void {
    switch (effect.type) {
      case 'send':
        if (effect.along) this.#outlet.sendAlong(effect.to, effect.message)
        else this.#outlet.send(effect.to, effect.message)
        break
      case 'waiting':
        // What waits for others is no business of market's before those have ended. Whoever had it before us has seen to that.
        if (effect.record.spec.after && effect.avoid.length === 0)
          this.#steps.stepDependencies({ type: 'waiting', record: effect.record })
        else place(this.#steps, this.#machines, effect.record, effect.avoid)
        break
      case 'withdrawn':
        this.#release(effect.task)
        this.#steps.stepAuctioneer(effect)
        this.#steps.stepDependencies(effect)
        this.#steps.stepGangs(effect)
        break
      case 'offered':
        this.#onOffered(effect)
        break
      case 'take':
        this.#outlet.trace({ type: 'task.queued', task: effect.record.id, ballot: effect.ballot })
        this.#steps.stepHost(effect)
        break
      case 'halt':
        this.#steps.stepHost(effect)
        break
      case 'bounced': {
        const { task, ballot, to, refusal } = effect
        this.#outlet.trace({ type: 'task.bounced', task, ballot, to, code: refusal.code })
        break
      }
      case 'givenUp':
        this.#outlet.trace({ type: 'task.givenUp', task: effect.task, ballot: effect.ballot, code: effect.code })
        break
      case 'leaseLost':
        this.#outlet.trace({ type: 'task.leaseLost', task: effect.task, ballot: effect.ballot })
        break
      case 'chosen':
        this.#outlet.trace({ type: 'task.chosen', task: effect.task, ballot: effect.ballot })
        break
      case 'succeeded': {
        const { task, version, custodians } = effect
        this.#outlet.trace({ type: 'task.moved', task, version, custodians })
        break
      }
      case 'rejected':
        this.#outlet.trace({ type: 'message.rejected', peer: effect.from, tag: 'award', code: effect.code })
        break
    }
  }

  /** Somebody hands us a baton. The room that was kept for a member of a gang is its own, if it is taken. */
  #onOffered({ baton, from }: Extract<BearerEffect, { type: 'offered' }>): void {
    const { ballot, record } = baton
    const task = record.id
    this.#outlet.trace({ type: 'task.received', task, ballot, from })
    if (record.spec.gang) this.#steps.stepReservations(useOf(from, record))
    const { self, offer, host, bidder } = this.#machines
    const crowded = () => bidder.crowded(shapeOf(record.spec), [...baton.path, self])
    const answer = decideAdmission(baton, { offer, host, crowded })
    this.#steps.stepBearer({ type: 'admit', task, answer })
    if (answer.do !== 'take' && record.spec.gang) this.#release(task)
  }

  #release(task: TaskId): void {
    this.#steps.stepHost({ type: 'release', task })
  }
}
