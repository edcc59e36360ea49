import type { HostEffect } from '@souk/host'
import { alternativeField } from '@souk/wire'
import type { Steps } from './steps.ts'

/** Where the effects of this host go. */
export function routeHost(effect: HostEffect, steps: Steps): void {
  switch (effect.type) {
    case 'run': {
      const { record, alternative, ballot, gpuDevices, attempt, leased } = effect
      const task = record.id
      steps.outlet.trace({ type: 'task.started', task, ballot, attempt, ...alternativeField(alternative) })
      steps.outlet.emit({ type: 'run', order: { task, ballot, record, alternative, gpuDevices, attempt, leased } })
      break
    }
    case 'stop':
      steps.outlet.trace({ type: 'task.stop', task: effect.task, ballot: effect.ballot, code: effect.code })
      steps.outlet.emit(effect)
      break
    case 'began':
      steps.stepBearer(effect)
      steps.stepCustodian(effect)
      break
    case 'ended': {
      const { task, ballot, class: name, alternative, result } = effect
      steps.machines.marketChanged = true
      steps.machines.followers.onEnded(task, (to, message) => steps.outlet.send(to, message))
      steps.outlet.trace({ type: 'task.ran', task, ballot, end: result.end, runMs: result.runMs })
      steps.stepBidder({ type: 'duration', class: name, alternative, runMs: result.runMs })
      steps.stepBearer(effect)
      break
    }
    case 'breach':
      steps.outlet.trace({ type: 'audit.breach', ...effect.breach })
      break
    case 'dropped':
      steps.machines.marketChanged = true
      steps.stepBearer(effect)
      break
  }
}
