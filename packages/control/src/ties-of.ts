import { apiLimits, SoukError, type Task, type TaskTie } from '@souk/client'
import { bareGroup, isZoneWide, type TaskSpec, type Tie, zoneWide } from '@souk/wire'

/**
 * Which host a task may share with which groups, and which zone, every default filled in. Who is tied to its own group by
 * zone is seen by its whole zone. Throws `ties-contradict` for what no host could ever meet: near and apart from the same
 * group, or near its own group, where the first of them could start nowhere; `task-invalid` for a name that is none.
 */
export function taskTies({ group, near = [], apart = [] }: Task): Pick<TaskSpec, 'group' | 'near' | 'apart'> {
  const needed = near.filter(isRequired)
  const own = needed.findIndex((tie) => group !== undefined && bareGroup(tie.group) === bareGroup(group))
  if (own >= 0) {
    const message = `near its own group '${group}', required: the first of them could start nowhere; let it be preferred`
    throw new SoukError('ties-contradict', message, { path: `/near/${near.indexOf(needed[own]!)}` })
  }
  const both = apart.findIndex((tie) => isRequired(tie) && needed.some((other) => contradicts(other.group, tie.group)))
  if (both >= 0) {
    const message = `near and apart from '${bareGroup(apart[both]!.group)}' at once; drop one of them, or let it be preferred`
    throw new SoukError('ties-contradict', message, { path: `/apart/${both}` })
  }
  const ties = {
    near: near.map((tie, i) => toTie(tie, `/near/${i}`)),
    apart: apart.map((tie, i) => toTie(tie, `/apart/${i}`)),
  }
  return {
    ...(group === undefined ? {} : { group: checked(seenBy(group, [...near, ...apart]), '/group') }),
    ...(near.length === 0 ? {} : { near: ties.near }),
    ...(apart.length === 0 ? {} : { apart: ties.apart }),
  }
}

/** In its zone and yet on another host is possible; all else that says both of one group is not. */
function contradicts(near: string, apart: string): boolean {
  return bareGroup(near) === bareGroup(apart) && !(isZoneWide(near) && !isZoneWide(apart))
}

function seenBy(group: string, ties: readonly TaskTie[]): string {
  return ties.some((tie) => isZoneWide(tie.group) && bareGroup(tie.group) === group) ? zoneWide(group) : group
}

function checked(name: string, path: string): string {
  if (bareGroup(name) === '') {
    throw new SoukError('task-invalid', `'${name}' names no group; 'zone:db' is group db, by zone`, { path })
  }
  if (name.length <= apiLimits.groupCharsMax) return name
  const message = `'${name}' has ${name.length} characters; a group has at most ${apiLimits.groupCharsMax}, 'zone:' included`
  throw new SoukError('task-invalid', message, { path })
}

const isRequired = ({ required = true }: TaskTie): boolean => required
const toTie = (tie: TaskTie, path: string): Tie => ({ group: checked(tie.group, path), required: isRequired(tie) })
