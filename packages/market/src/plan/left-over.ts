import type { Refusal, Shape } from '@souk/wire'
import { decideFit } from '../fit.ts'
import { capacityFor } from '../gang.ts'
import { groupRefusals } from '../reasons.ts'
import { later, never } from '../refusal.ts'
import { shapeKey } from '../shape.ts'
import { type Help, togetherResource } from '../would-help.ts'
import type { EvaluateInput } from './evaluate.ts'
import { type HostPlan, hostPlansOf } from './host-plan.ts'
import { wantedOf } from './occupancy.ts'
import type { ObjectivePlan, Unplaced } from './plan.ts'

/**
 * Explains tasks that some host could run but that got no place under any objective: quotas or ties never let them in; their
 * gang never has room all at once, or not all start times were tried (`unsettled`); or they must follow such a task.
 */
export function leftOver(
  input: EvaluateInput & { plans: readonly ObjectivePlan[]; unsettled: ReadonlySet<number> },
  helpFor: (shape: Shape, reasons: Unplaced['reasons'], together?: number) => Help[],
): Unplaced[] {
  const placed = new Set(input.plans.flatMap(({ placings }) => placings.map(({ index }) => index)))
  const left = input.tasks.filter(({ index }) => !placed.has(index))
  if (left.length === 0) return []
  const hosts = hostPlansOf(input.hosts, input)
  const said = new Map<string, Omit<Unplaced, 'index'>>()
  return left.map(({ shape, index, gang, after = [] }): Unplaced => {
    const isHeldUp = (waits: readonly number[]) => waits.some((other) => !placed.has(other))
    const isGangHeldUp = () => left.some((other) => other.gang?.key === gang?.key && isHeldUp(other.after ?? []))
    if (isHeldUp(after) || (gang && isGangHeldUp())) return { index, why: 'after', reasons: [], help: [] }
    if (input.unsettled.has(index)) return { index, why: 'gang-unsettled', reasons: [], help: [] }
    const key = `${gang?.size ?? 1} ${shapeKey(shape)}`
    const known = said.get(key) ?? whyOf(shape, hosts, helpFor, gang?.size)
    said.set(key, known)
    return { index, ...known }
  })
}

function whyOf(
  shape: Shape,
  hosts: readonly HostPlan[],
  helpFor: Parameters<typeof leftOver>[1],
  together?: number,
): Omit<Unplaced, 'index'> {
  const refused = hosts.map((host) => ({ peer: host.peer, refusal: refusalOf(host, shape, together) }))
  const reasons = groupRefusals(refused)
  return { ...(together ? { why: 'gang' as const } : {}), reasons, help: helpFor(shape, reasons, together) }
}

function refusalOf(host: HostPlan, shape: Shape, together: number | undefined): Refusal {
  const free = later('no-room', 'what is there now is not known to end')
  const alone = decideFit(host.offer, shape) ?? host.whyNever(wantedOf(shape, shape.request))
  return alone ?? (together ? tooFew(host, shape, together) : undefined) ?? free
}

/** The refusal of a host that is too small for all members of the gang. */
function tooFew({ offer }: HostPlan, shape: Shape, together: number): Refusal | undefined {
  const most = capacityFor([{ offer }], { shape, size: together })
  if (most >= together) return undefined
  const shortage = { resource: togetherResource, available: most, needed: together }
  return { ...never('too-large', `it holds ${most} of the ${together} at a time`), shortage }
}
