import type { HostEffect, MeasuredRun } from '@souk/host'
import { alternativeField } from '@souk/wire'
import type { Machines } from './machines.ts'
import type { Outlet } from './outlet.ts'
import type { Steps } from './steps.ts'

/** Where the effects of this host go, and what is measured of it. */
export class HostRoutes {
  readonly #machines: Machines
  readonly #outlet: Outlet
  readonly #steps: Steps

  constructor(machines: Machines, outlet: Outlet, steps: Steps) {
    this.#machines = machines
    this.#outlet = outlet
    this.#steps = steps
  }

  onMeasured(runs: readonly MeasuredRun[]): void {
    const { host, bearer } = this.#machines
    const awaited = new Set(host.reserved.filter((task) => bearer.find(task)))
    this.#steps.stepHost({ type: 'measured', runs, awaited })
  }

  onHost(effect: HostEffect): void {
    switch (effect.type) {
      case 'run': {
        const { record, alternative, ballot, gpuDevices, attempt, leased } = effect
        const task = record.id
        this.#outlet.trace({ type: 'task.started', task, ballot, attempt, ...alternativeField(alternative) })
        this.#outlet.emit({ type: 'run', order: { task, ballot, record, alternative, gpuDevices, attempt, leased } })
        break
      }
      case 'stop':
        this.#outlet.trace({ type: 'task.stop', task: effect.task, ballot: effect.ballot, code: effect.code })
        this.#outlet.emit(effect)
        break
      case 'began':
        this.#steps.stepBearer(effect)
        this.#steps.stepCustodian(effect)
        break
      case 'ended': {
        const { task, ballot, class: name, alternative, result } = effect
        this.#machines.marketChanged = true
        this.#machines.followers.onEnded(task, (to, message) => this.#outlet.send(to, message))
        this.#outlet.trace({ type: 'task.ran', task, ballot, end: result.end, runMs: result.runMs })
        this.#steps.stepBidder({ type: 'duration', class: name, alternative, runMs: result.runMs })
        this.#steps.stepBearer(effect)
        break
      }
      case 'breach':
        this.#outlet.trace({ type: 'audit.breach', ...effect.breach })
        break
      case 'dropped':
        this.#machines.marketChanged = true
        this.#steps.stepBearer(effect)
        break
    }
  }
}
