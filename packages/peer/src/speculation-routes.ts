import type { BearerEffect } from '@souk/custody'
import type { HostEffect } from '@souk/host'
import type { BackupsEffect, SpeculatorEffect } from '@souk/rebalance'
import type { Steps } from './steps.ts'

/** Routes the effects of the speculator: second runs that other hosts have for this peer. */
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

/** Routes the effects of the backups: second runs that this host has for other peers. */
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

/** Starts a run of a task that this peer now bears; a second run of that task that it has for another bearer must end first. */
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

/** Tells the end of a run to the machine that it was for: the backups if it was a second run, else the bearer. */
export function tellEnd(effect: Extract<HostEffect, { type: 'ended' }>, steps: Steps): void {
  const { task, ballot, result } = effect
  if (steps.machines.backups.has(task, ballot)) steps.stepBackups({ type: 'ended', task, ballot, result })
  else {
    steps.stepSpeculator({ type: 'over', task })
    steps.stepBearer(effect)
  }
}
