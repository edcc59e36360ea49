import type { Handle, SoukClient, SubmitOptions, Task } from './api.ts'
import { linkTasks } from './request-links.ts'
import { SoukError } from './souk-error.ts'

/** See SoukClient.submitAll. `failed`: the handle of a task that is not sent at all. */
export function submitAll(
  submit: SoukClient['submit'],
  failed: (task: Task, error: SoukError) => Handle,
  tasks: readonly Task[],
  options: SubmitOptions,
): Handle[] {
  const links = linkTasks(tasks)
  const handles: (Handle | undefined)[] = new Array(tasks.length).fill(undefined)
  for (const first of tasks.keys()) {
    // Depth first, and without recursion: a list may be one long chain.
    const stack = [first]
    while (stack.length > 0) {
      const index = stack.at(-1)!
      const { inside, outside, failure } = links[index]!
      const { after: given, ...task } = tasks[index]!
      const bad = failure ?? inside.map((to) => links[to.index]!.failure).find((each) => each !== undefined)
      // The first alone: where tasks wait for each other, that way leads to one that has failed.
      const missing = bad ? undefined : inside.find((to) => !handles[to.index])
      if (missing && !handles[index]) {
        stack.push(missing.index)
        continue
      }
      stack.pop()
      if (handles[index]) continue
      if (bad) {
        // Whatever waits for it fails with it, for the same reason.
        links[index]!.failure ??= bad
        handles[index] = failed(task, new SoukError(bad.code, bad.message, { path: bad.path }))
        continue
      }
      const after = [...(options.after ?? []), ...inside.map((to) => ({ task: handles[to.index]!, on: to.on }))]
      const ids = outside.map(({ task: id, on }) => ({ task: id, on }))
      const wrong = given !== undefined && !Array.isArray(given)
      const whole = wrong ? tasks[index]! : ids.length > 0 ? { ...task, after: ids } : task
      handles[index] = submit(whole, { ...options, after })
    }
  }
  return handles as Handle[]
}
