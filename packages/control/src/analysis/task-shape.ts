import type { Shape } from '@souk/wire'
import type { SeenTask } from './seen-task.ts'

/** Every field must be said: one that shapes have got since is not left out unseen. */
type Whole = { [F in keyof Required<Shape>]: Shape[F] | undefined }

/** What a task needs of a host, as the market asks for it. Listings do not tell what its host is chosen for. */
export function taskShape({ class: name, tenant, needs }: SeenTask): Shape {
  const { executor, request, alternatives, labels, where, group, near, apart } = needs
  const whole: Whole = {
    class: name,
    executor,
    function: needs.function,
    request,
    alternatives,
    labels,
    tenant: tenant === '' ? undefined : tenant,
    where,
    group,
    near,
    apart,
    objective: undefined,
  }
  return Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== undefined)) as Shape
}
