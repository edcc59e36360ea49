import { type Links, linkTasks, type SubmitResult, type Task } from '@souk/client'
import type { Dependency } from '@souk/wire'
import { ApiError } from './api-error.ts'
import type { TaskFinder } from './task-finder.ts'

type Refusal = Extract<SubmitResult, { code: string }>

/** What one task of a request waits for, with everything from outside of the request as ids. */
export interface TaskAfter {
  inside: Links['inside']
  outside: Dependency[]
  refusal?: Refusal
}

/** ids of one request that are looked up; each is a question to the mesh */
const lookUpsMax = 1024
/** of them at a time */
const atOnce = 32
const unknownCode = 'after-unknown'
const idChars = 24

/** Turns what tasks say of others in `after` into ids of tasks that there are. */
export class Afters {
  readonly #finder: TaskFinder

  constructor(finder: TaskFinder) {
    this.#finder = finder
  }

  /**
   * By place in the request. A task that nobody knows is refused only where everybody who may know it could be asked, and
   * where the one that waits for it is not known itself: said again with its key it is what it was. `idOf`: what its key
   * leads to; undefined: nobody can have said it before.
   */
  async of(tasks: readonly Task[], idOf: (index: number) => string | undefined): Promise<TaskAfter[]> {
    const links = linkTasks(tasks)
    const names = [...new Set(links.flatMap(({ outside }) => outside.map(({ task }) => task)))]
    const found = await this.#find(names.slice(0, lookUpsMax))
    const afters = links.map((link) => toAfter(link, (task) => found.get(task) ?? tooMany(names.length)))
    for (const [index, after] of afters.entries()) {
      const id = after.refusal?.code === unknownCode ? idOf(index) : undefined
      const whole = after.outside.length === links[index]!.outside.length
      if (id !== undefined && whole && typeof (await this.#idOf(id)) === 'string') delete after.refusal
    }
    return afters
  }

  async #find(names: readonly string[]): Promise<Map<string, string | Refusal>> {
    const found = new Map<string, string | Refusal>()
    const queue = [...names]
    const work = async (): Promise<void> => {
      for (let name = queue.pop(); name !== undefined; name = queue.pop()) found.set(name, await this.#idOf(name))
    }
    await Promise.all(Array.from({ length: Math.min(atOnce, names.length) }, work))
    return found
  }

  async #idOf(name: string): Promise<string | Refusal> {
    try {
      const id = await this.#finder.resolve(name)
      // Shortened ids were just found; a whole one may be of nothing.
      if (id === name) await this.#finder.view(id)
      return id
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      const { code, message } = error.body
      // It may well be there: whoever bears the waiting task goes on asking.
      if (code === 'task-unreachable' || code === 'peer-slow') return name
      return { code: `after-${code.replace(/^task-/, '')}`, message: `'after': ${message}` }
    }
  }
}

function toAfter({ inside, outside, failure }: Links, idOf: (task: string) => string | Refusal): TaskAfter {
  const after: TaskAfter = { inside, outside: [] }
  if (failure) after.refusal = failure
  for (const { task, on, at } of outside) {
    const answer = idOf(task)
    if (typeof answer === 'string') after.outside.push({ task: answer, on })
    else {
      after.refusal ??= { ...answer, path: `/after/${at}` }
      if (answer.code === unknownCode && task.length === idChars) after.outside.push({ task, on })
    }
  }
  return after
}

function tooMany(count: number): Refusal {
  const message = `the tasks of this request wait for ${count} others in all; at most ${lookUpsMax} can be looked up at once: send them in several requests`
  return { code: 'after-too-many', message }
}

/** What a task of a request waits for, as ids, once all of it is answered; undefined: not yet. */
export function afterOf(
  { inside, outside, refusal }: TaskAfter,
  results: readonly (SubmitResult | undefined)[],
): Dependency[] | Refusal | undefined {
  if (refusal) return refusal
  // Named twice: the stricter counts.
  const wanted = new Map<string, Dependency['on']>()
  const want = (task: string, on: Dependency['on']) =>
    wanted.set(task, wanted.get(task) === 'succeeded' ? 'succeeded' : on)
  for (const { task, on } of outside) want(task, on)
  for (const { index, on } of inside) {
    const result = results[index]
    if (!result) return undefined
    if ('code' in result) return refusedWith(result, index)
    want(result.task, on)
  }
  return [...wanted].map(([task, on]) => ({ task, on }))
}

function refusedWith({ code, message }: Refusal, index: number): Refusal {
  const other = `task ${index + 1} of this request, which it waits for,`
  if (code === 'submit-unknown' || code === 'not-begun')
    return {
      code: 'not-begun',
      message: `${other} has no answer yet; nothing has happened for this one: submit both again`,
    }
  return { code: 'after-refused', message: `${other} was refused (${code}): ${message}` }
}
