import { requestOf, requestsOf, type Shape, type TaskSpec, tiesOf } from '@souk/wire'

/** What like tasks have in common, and all that a host needs to know to bid for them. */
export function shapeOf(spec: TaskSpec): Shape {
  const { work } = spec
  return {
    class: spec.class,
    executor: work.kind,
    function: work.kind === 'function' && !work.module ? work.name : '',
    request: spec.request,
    labels: spec.labels,
    ...(spec.tenant === '' ? {} : { tenant: spec.tenant }),
    ...tiesOf(spec),
    ...(spec.alternatives === undefined ? {} : { alternatives: spec.alternatives }),
    ...(spec.where === undefined ? {} : { where: spec.where }),
    ...(spec.objective === undefined ? {} : { objective: spec.objective }),
  }
}

/** Tasks with the same key are of one shape, and may share a lot. */
export function shapeKey(shape: Shape): string {
  const { class: name, executor, function: called, request, labels, tenant, where, alternatives, objective } = shape
  const asked = [name, executor, called, request, labels, tenant, where, alternatives, objective]
  return JSON.stringify([...asked, tiesOf(shape)])
}

/** Whether more hosts are worth asking: the choice can strand GPUs or custom resources, or few have what it must be near. */
export function isMulti(shape: Shape): boolean {
  if (shape.near !== undefined) return true
  return requestsOf(shape).some((request) => request.gpu.count > 0 || Object.keys(request.custom).length > 0)
}

/** The same shape with this alternative as its only request. */
export function shapeAs(shape: Shape, alternative: number | undefined): Shape {
  const { alternatives, ...rest } = shape
  return alternatives ? { ...rest, request: requestOf(shape, alternative) } : shape
}
