import { SoukError, type Task, type TaskTie } from '@souk/client'
import type { TaskSpec, Tie } from '@souk/wire'

/**
 * Which host a task may share with which groups, every default filled in. Throws `ties-contradict` for what no host could
 * ever meet: near and apart from the same group, or near its own group, where the first of them could start nowhere.
 */
export function taskTies({ group, near = [], apart = [] }: Task): Pick<TaskSpec, 'group' | 'near' | 'apart'> {
  const needed = near.filter(isRequired)
  const own = needed.findIndex((tie) => tie.group === group)
  if (own >= 0) {
    const message = `near its own group '${group}', required: the first of them could start nowhere; let it be preferred`
    throw new SoukError('ties-contradict', message, { path: `/near/${near.indexOf(needed[own]!)}` })
  }
  const both = apart.findIndex((tie) => isRequired(tie) && needed.some((other) => other.group === tie.group))
  if (both >= 0) {
    const message = `near and apart from '${apart[both]!.group}' at once; drop one of them, or let it be preferred`
    throw new SoukError('ties-contradict', message, { path: `/apart/${both}` })
  }
  return {
    ...(group === undefined ? {} : { group }),
    ...(near.length === 0 ? {} : { near: near.map(toTie) }),
    ...(apart.length === 0 ? {} : { apart: apart.map(toTie) }),
  }
}

const isRequired = ({ required = true }: TaskTie): boolean => required
const toTie = (tie: TaskTie): Tie => ({ group: tie.group, required: isRequired(tie) })
