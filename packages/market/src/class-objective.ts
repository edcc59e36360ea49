import { type Objective, objectives } from '@souk/wire'

/** An objective declared for classes of tasks, in place of `balanced`; of several the first pattern that fits counts. */
export interface ClassObjective {
  /** a class, or its beginning and `*` */
  pattern: string
  objective: Objective
}

/** `CLASS=OBJECTIVE`, `BEGINNING*=OBJECTIVE`, or an objective alone for all; undefined where it is none of these. */
export function parseClassObjective(text: string): ClassObjective | undefined {
  const at = text.lastIndexOf('=')
  const pattern = at < 0 ? '*' : text.slice(0, at)
  const objective = objectives.find((each) => each === text.slice(at + 1))
  return objective === undefined || pattern === '' ? undefined : { pattern, objective }
}

/** Whether the pattern fits this class. */
export function isFor({ pattern }: ClassObjective, className: string): boolean {
  return pattern.endsWith('*') ? className.startsWith(pattern.slice(0, -1)) : className === pattern
}
