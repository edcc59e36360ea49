import type { HostEffect } from '@souk/host'
import { durationClass } from '@souk/market'
import { alternativeField, requestOf } from '@souk/wire'
import { inputBytesOf, outputBytesOf, warmWorkOf } from './demand-routes.ts'
import { tellEnd } from './speculation-routes.ts'
import type { Steps } from './steps.ts'

/** Routes the effects of this host. */
export function routeHost(effect: HostEffect, steps: Steps): void {
  switch (effect.type) {
    case 'run': {
      const { type, again, ...order } = effect
      if (!again) tellStart(effect, steps)
      steps.outlet.emit({ type, order: { task: order.record.id, ...order } })
      break
    }
    case 'lineUp': {
      const { type, behind, ...order } = effect
      const task = order.record.id
      steps.outlet.trace({ type: 'task.lined', task, ballot: order.ballot, behind: behind.task })
      steps.outlet.emit({ type, order: { task, ...order }, behind })
      break
    }
    case 'followed':
      tellStart(effect, steps)
      break
    case 'takeBack':
      steps.outlet.emit(effect)
      break
    case 'stop':
      steps.outlet.trace({ type: 'task.stop', task: effect.task, ballot: effect.ballot, code: effect.code })
      steps.outlet.emit(effect)
      break
    case 'began':
      if (steps.machines.backups.has(effect.task, effect.ballot)) break
      steps.stepBearer(effect)
      steps.stepCustodian(effect)
      break
    case 'ended': {
      const { task, ballot, class: name, alternative, result, warmUpMs } = effect
      steps.machines.marketChanged = true
      steps.machines.followers.onEnded(task, (to, message) => steps.outlet.send(to, message))
      steps.outlet.trace({ type: 'task.ran', task, ballot, end: result.end, runMs: result.runMs })
      // A run that was stopped (lost a race, drain) or never began tells nothing of how long its class takes.
      if (result.end !== 'stopped' && result.end !== 'refused')
        steps.stepBidder({ type: 'duration', class: name, alternative, runMs: result.runMs })
      steps.stepDemand({ type: 'ended', task, cpuMs: result.cpuMs, outputBytes: outputBytesOf(result), warmUpMs })
      steps.stepStragglers({ type: 'over', task })
      if (result.end === 'ok')
        steps.stepStragglers({ type: 'duration', class: durationClass(name, alternative), runMs: result.runMs })
      tellEnd(effect, steps)
      break
    }
    case 'breach':
      steps.outlet.trace({ type: 'audit.breach', ...effect.breach })
      break
    case 'dropped':
      steps.machines.marketChanged = true
      // Its start may have been told (`followed`) though it never began: those who were told hear that it is over.
      steps.stepStragglers({ type: 'over', task: effect.task })
      steps.stepDemand({ type: 'ended', task: effect.task, cpuMs: 0, outputBytes: 0, warmUpMs: undefined })
      steps.stepBearer(effect)
      break
  }
}

/** Tells trace, stragglers and demand that a run begins, or has just begun behind another one that it was lined up with. */
function tellStart(run: Extract<HostEffect, { type: 'run' | 'followed' }>, steps: Steps): void {
  const { record, alternative, ballot, attempt, checkpoint, backup } = run
  const task = record.id
  const resumed = checkpoint ? { resumed: true as const } : {}
  const given = { ...alternativeField(alternative), ...resumed, ...(backup ? { backup } : {}) }
  steps.outlet.trace({ type: 'task.started', task, ballot, attempt, ...given })
  steps.stepStragglers({ type: 'began', task, ballot, class: durationClass(record.spec.class, alternative) })
  const { memoryBytes } = requestOf(record.spec, alternative)
  const asked = { memoryBytes, inputBytes: inputBytesOf(record), work: warmWorkOf(record) }
  steps.stepDemand({ type: 'started', task, class: record.spec.class, ...asked })
}
