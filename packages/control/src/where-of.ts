import { SoukError, type Task } from '@souk/client'
import { contradictionOf, faultText, parseExpression, printExpression, type TaskSpec } from '@souk/wire'

/**
 * What a task asks of hosts by expression, in its printed form. Throws `where-invalid` with the place of the fault, and
 * `where-contradicts` where no host can ever meet it together with the task's labels.
 */
export function whereOf({ where, labels = {} }: Task): Pick<TaskSpec, 'where'> {
  if (where === undefined) return {}
  const parsed = parseExpression(where)
  if (!parsed.ok) {
    throw new SoukError('where-invalid', `'where' does not parse: ${faultText(where, parsed.fault)}`, {
      path: '/where',
    })
  }
  const clash = contradictionOf(parsed.expression, labels)
  if (clash !== undefined) {
    throw new SoukError('where-contradicts', `no host can ever meet ${clash}; drop or change one of them`, {
      path: '/where',
    })
  }
  return { where: printExpression(parsed.expression) }
}
