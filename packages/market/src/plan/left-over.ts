import type { Refusal, Shape } from '@souk/wire'
import { decideFit } from '../fit.ts'
import { groupRefusals } from '../reasons.ts'
import { later } from '../refusal.ts'
import { shapeKey } from '../shape.ts'
import type { Help } from '../would-help.ts'
import type { EvaluateInput } from './evaluate.ts'
import { type HostPlan, hostPlansOf } from './host-plan.ts'
import { wantedOf } from './occupancy.ts'
import type { ObjectivePlan, Unplaced } from './plan.ts'

/**
 * Tasks that some host could run and that got no place under any objective: quotas and ties never let them in, or they
 * wait for one of those.
 */
export function leftOver(
  input: EvaluateInput & { plans: readonly ObjectivePlan[] },
  helpFor: (shape: Shape, reasons: Unplaced['reasons']) => Help[],
): Unplaced[] {
  const placed = new Set(input.plans.flatMap(({ placings }) => placings.map(({ index }) => index)))
  const left = input.tasks.filter(({ index }) => !placed.has(index))
  if (left.length === 0) return []
  const hosts = hostPlansOf(input.hosts, input)
  const said = new Map<string, Omit<Unplaced, 'index'>>()
  return left.map(({ shape, index, after = [] }): Unplaced => {
    if (after.some((other) => !placed.has(other))) return { index, why: 'after', reasons: [], help: [] }
    const key = shapeKey(shape)
    const known = said.get(key) ?? whyOf(shape, hosts, helpFor)
    said.set(key, known)
    return { index, ...known }
  })
}

function whyOf(shape: Shape, hosts: readonly HostPlan[], helpFor: Parameters<typeof leftOver>[1]) {
  const refused = hosts.map((host) => ({ peer: host.peer, refusal: refusalOf(host, shape) }))
  const reasons = groupRefusals(refused)
  return { reasons, help: helpFor(shape, reasons) }
}

function refusalOf(host: HostPlan, shape: Shape): Refusal {
  const free = later('no-room', 'what is there now is not known to end')
  return decideFit(host.offer, shape) ?? host.whyNever(wantedOf(shape, shape.request)) ?? free
}
