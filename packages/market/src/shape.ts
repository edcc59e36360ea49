import { requestOf, requestsOf, type Shape, type TaskSpec, tiesOf } from '@souk/wire'

/** What a task has in common with its like: enough for a host to say yes or no. */
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

/** Tasks with the same key are asked for in one lot. */
export function shapeKey(shape: Shape): string {
  const { class: name, executor, function: called, request, labels, tenant, where, alternatives, objective } = shape
  const asked = [name, executor, called, request, labels, tenant, where, alternatives, objective]
  return JSON.stringify([...asked, tiesOf(shape)])
}

/** Whether a choice of host can strand one resource beside another, or few hosts only may have what it must be near. */
export function isMulti(shape: Shape): boolean {
  if (shape.near !== undefined) return true
  return requestsOf(shape).some((request) => request.gpu.count > 0 || Object.keys(request.custom).length > 0)
}

/** The same tasks where only one of what they ask for will do. */
export function shapeAs(shape: Shape, alternative: number | undefined): Shape {
  const { alternatives, ...rest } = shape
  return alternatives ? { ...rest, request: requestOf(shape, alternative) } : shape
}
