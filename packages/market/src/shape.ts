import type { Shape, TaskSpec } from '@souk/wire'

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
  }
}

/** Tasks with the same key are asked for in one lot. */
export function shapeKey(shape: Shape): string {
  return JSON.stringify([shape.class, shape.executor, shape.function, shape.request, shape.labels, shape.tenant])
}

/** Whether a choice of host can strand one resource beside another. */
export function isMulti(shape: Shape): boolean {
  const { request } = shape
  return request.gpu.count > 0 || Object.keys(request.custom).length > 0
}
