import { SoukError, type Task } from '@souk/client'
import type { TaskSpec } from '@souk/wire'
import { safePath } from './safe-path.ts'

/** A guess: a few gigabytes of memory take as long to be written. */
const graceMs = 10_000

/** What it promises of itself, where that goes together with the rest. */
export function checkpointOf(task: Task, given: NonNullable<Task['checkpoint']>): NonNullable<TaskSpec['checkpoint']> {
  const contradiction = contradictionOf(task)
  if (contradiction !== undefined) throw new SoukError('task-contradicts', contradiction, { path: '/checkpoint' })
  const path = safePath(given.path, '/checkpoint/path')
  if (/[*?[\]{}\\]|^\.?$|\/$/.test(path)) {
    const message = `'${path}' is no single file; needed is the path of one in the task's folder`
    throw new SoukError('task-invalid', message, { path: '/checkpoint/path' })
  }
  return { path: path.replace(/^(\.\/)+/, ''), graceMs: given.graceMs ?? graceMs }
}

function contradictionOf({ argv, starts, gang }: Task): string | undefined {
  if (!argv) return "'checkpoint' goes with 'argv', not with 'function'"
  if (starts === 'at-most-once') return "'checkpoint' means a second start, and 'starts' says at-most-once"
  if (gang) return "'checkpoint' cannot go with 'gang': its members start together"
  return undefined
}
