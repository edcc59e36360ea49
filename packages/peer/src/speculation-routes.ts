import type { BearerEffect } from '@souk/custody'
import type { HostEffect } from '@souk/host'
import type { BackupsEffect, SpeculatorEffect } from '@souk/rebalance'
import type { Steps } from './steps.ts'

/** Where the effects of this peer's own second runs go. */
export function routeSpeculator(effect: SpeculatorEffect, steps: Steps): void {
  switch (effect.type) {
    case 'send':
      steps.outlet.send(effect.to, effect.message)
      break
    case 'backedUp':
      steps.outlet.trace({ ...effect, type: 'task.backedUp' })
      break
    case 'unbacked':
      steps.outlet.trace({ ...effect, type: 'task.unbacked' })
      break
    case 'outrun': {
      const { task, ballot, host } = effect
      steps.outlet.trace({ type: 'task.outrun', task, ballot, host })
      steps.stepBearer(effect)
      break
    }
  }
}

/** Where the effects of the second runs go that this host has for others. */
export function routeBackups(effect: BackupsEffect, steps: Steps): void {
  switch (effect.type) {
    case 'send':
      steps.outlet.send(effect.to, effect.message)
      break
    case 'take':
      steps.stepHost({ type: 'take', ...effect.take })
      break
    case 'halt':
      steps.stepHost(effect)
      break
    case 'dropped':
      steps.stepBearer(effect)
      break
  }
}

/** A run of a task that this peer bears begins once no second run of it for another is in the way. */
export function takeUp(effect: Extract<BearerEffect, { type: 'take' }>, steps: Steps): void {
  const { type, ...take } = effect
  if (steps.machines.backups.inTheWay(take.record.id)) steps.stepBackups({ type: 'yield', take })
  else steps.stepHost({ type, ...take })
}

export function haltRun(effect: Extract<BearerEffect, { type: 'halt' }>, steps: Steps): void {
  const { task, ballot, code } = effect
  if (steps.machines.backups.waits(task, ballot)) steps.stepBackups({ type: 'halt', task, code })
  else steps.stepHost(effect)
}

/** What a run of this host came to, for whoever it was. */
export function tellEnd(effect: Extract<HostEffect, { type: 'ended' }>, steps: Steps): void {
  const { task, ballot, result } = effect
  if (steps.machines.backups.has(task, ballot)) steps.stepBackups({ type: 'ended', task, ballot, result })
  else {
    steps.stepSpeculator({ type: 'over', task })
    steps.stepBearer(effect)
  }
}
