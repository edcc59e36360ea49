import { requestAmounts, SoukError, type Task } from '@souk/client'
import type { TaskSpec } from '@souk/wire'

/** What will do instead of a task's request, in the mesh's own integers. Throws SoukError with the path inside the task. */
export function alternativesOf({ alternatives = [] }: Task): Pick<TaskSpec, 'alternatives'> {
  if (alternatives.length === 0) return {}
  return {
    alternatives: alternatives.map((request, i) => {
      try {
        return requestAmounts(request)
      } catch (error) {
        if (!(error instanceof SoukError)) throw error
        const path = error.path?.replace('/request', `/alternatives/${i}`) ?? `/alternatives/${i}`
        throw new SoukError(error.code, error.message, { path, cause: error })
      }
    }),
  }
}
