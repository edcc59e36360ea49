import type { RosterEffect } from '@souk/roster'
import type { PeerId } from '@souk/wire'
import type { Steps } from './steps.ts'

/** Routes the effects of the roster. */
export function routeRoster(effect: RosterEffect, steps: Steps): void {
  switch (effect.type) {
    case 'send':
      steps.outlet.send(effect.to, effect.message)
      break
    case 'publish':
      steps.outlet.emit(effect)
      break
    case 'removed': {
      const { removal } = effect
      const { writes, isNews } = steps.machines.removalLog.decide(removal)
      if (writes.length > 0) steps.stepCustodian({ type: 'remember', writes })
      if (isNews) steps.outlet.alarm({ type: 'member.removed', peer: removal.peer })
      steps.outlet.emit({ type: 'expel', removal })
      break
    }
    case 'memberChanged': {
      const { peer, state, incarnation } = effect
      steps.outlet.trace({ type: 'member.state', peer, state, incarnation })
      rememberMember(peer, steps)
      break
    }
    case 'advertChanged': {
      const { peer } = effect
      rememberMember(peer, steps)
      steps.outlet.trace({ type: 'member.advert', peer, seq: steps.machines.roster.get(peer)?.advert?.seq ?? 0 })
      break
    }
  }
}

/** Writes a member to disk: how many custodians a task needs depends on the members, so they must outlive this process. */
function rememberMember(peer: PeerId, steps: Steps): void {
  if (peer === steps.machines.self) return
  const write = steps.machines.memberLog.decide(peer, steps.machines.roster.get(peer))
  if (write) steps.stepCustodian({ type: 'remember', writes: [write] })
}
