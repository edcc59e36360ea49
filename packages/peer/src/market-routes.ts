import type { AuctioneerEffect, BidderEffect, PlannerEffect, PlannerInput } from '@souk/market'
import { type Bearer, type Decision, requestOf, type TaskId, tiesOf } from '@souk/wire'
import type { Machines } from './machines.ts'
import type { Outlet } from './outlet.ts'
import type { Steps } from './steps.ts'

/** Where the effects of auctioneer and bidder go. */
export class MarketRoutes {
  readonly #machines: Machines
  readonly #outlet: Outlet
  readonly #steps: Steps

  constructor(machines: Machines, outlet: Outlet, steps: Steps) {
    this.#machines = machines
    this.#outlet = outlet
    this.#steps = steps
  }

  onAuctioneer(effect: AuctioneerEffect): void {
    switch (effect.type) {
      case 'send':
        this.#outlet.send(effect.to, effect.message)
        break
      case 'award':
        this.#onAward(effect)
        break
      case 'keep':
        this.#decided(effect.tasks, effect.decision, this.#machines.life)
        for (const task of effect.tasks) this.#reserve(task, effect.alternative)
        this.#steps.stepBearer({ type: 'keep', tasks: effect.tasks, alternative: effect.alternative })
        break
      case 'waits':
        this.#decided(effect.tasks, effect.decision, undefined)
        for (const task of effect.tasks) this.#outlet.trace({ type: 'task.waiting', task, code: effect.code })
        break
      case 'unplaceable':
        this.#decided([effect.task], effect.decision, undefined)
        this.#steps.stepBearer({ type: 'unplaceable', task: effect.task, message: effect.message })
        break
      case 'asked':
        this.#outlet.trace({ ...effect, type: 'auction.asked' })
        break
      case 'closed':
        this.#outlet.trace({ ...effect, type: 'auction.closed' })
        break
      case 'distrusted':
        this.#outlet.trace({ ...effect, type: 'bidder.distrusted' })
        break
      case 'given':
        this.#outlet.trace({ type: 'wanted.given', to: effect.to, count: effect.count })
        break
    }
  }

  #onAward({ tasks, to, alternates, decision }: Extract<AuctioneerEffect, { type: 'award' }>): void {
    const { peer, incarnation } = to
    this.#decided(tasks, decision, { peer, incarnation })
    this.#steps.stepBearer({ type: 'handOver', tasks, to, alternates })
  }

  onBidder(effect: BidderEffect): void {
    if (effect.type === 'send') this.#outlet.send(effect.to, effect.message)
    else this.#outlet.trace({ type: 'wanted.sent', to: effect.to, count: effect.count })
  }

  stepPlanner(input: PlannerInput): void {
    const effects: PlannerEffect[] = []
    this.#machines.planner.step(input, this.#outlet.now, effects)
    for (const effect of effects) {
      if (effect.type === 'send') this.#outlet.send(effect.to, effect.message)
      else this.#outlet.emit({ type: 'reply', client: effect.client, reply: { type: 'planned', plan: effect.plan } })
    }
  }

  #decided(tasks: readonly TaskId[], decision: Decision, to: Bearer | undefined): void {
    this.#steps.stepBearer({ type: 'decided', tasks, decision })
    for (const task of tasks) {
      this.#steps.stepCustodian({ type: 'decided', task, decision, to })
      if (!to) continue
      const ballot = this.#machines.bearer.find(task)?.ballot
      if (ballot) this.#outlet.trace({ type: 'task.awarded', task, ballot, to: to.peer, decision })
    }
  }

  /** Room that was promised to a task whose record is still on its way to the disk. */
  #reserve(task: TaskId, alternative: number): void {
    const spec = this.#machines.bearer.find(task)?.record.spec
    if (!spec) return
    const request = requestOf(spec, alternative)
    this.#steps.stepHost({ type: 'reserve', task, tenant: spec.tenant, request, ties: tiesOf(spec) })
  }
}
