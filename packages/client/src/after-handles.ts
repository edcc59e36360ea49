import type { After, AfterHandle, Handle, Task } from './api.ts'
import { SoukError } from './souk-error.ts'

/** The task with the ids of what it waits for, once those are accepted. Rejects with `after-refused` where one is not. */
export async function withAfter(task: Task, after: readonly AfterHandle[]): Promise<Task> {
  const ids = await Promise.all(
    after.map(async (item): Promise<After> => {
      const { handle, on } = 'task' in item ? { handle: item.task, on: item.on } : { handle: item, on: undefined }
      return { task: await idOf(handle), on: on ?? 'succeeded' }
    }),
  )
  return { ...task, after: [...(task.after ?? []), ...ids] }
}

async function idOf(handle: Handle): Promise<string> {
  try {
    return await handle.id
  } catch (cause) {
    const { code, message } = cause as SoukError
    throw new SoukError('after-refused', `a task that it waits for was not accepted (${code}): ${message}`, { cause })
  }
}
