import { type Complaints, SoukError } from '@souk/client'
import { usageError } from './cli-error.ts'

/** shown of what is wrong with a file of tasks */
const shownMax = 5

/** What the API says of `/tasks/0/expect`, said of task 1 of the file; any other error as it is. */
export function taskComplaint(error: unknown): unknown {
  if (!(error instanceof SoukError) || error.path === undefined) return error
  const details = Array.isArray(error.details) ? (error.details as Complaints) : []
  const all = details.length > 0 ? details : [{ path: error.path, message: error.message }]
  const lines = all.flatMap(({ path, message }) => {
    const [, index, place] = /^\/tasks\/([0-9]+)(\/.*)?$/.exec(path) ?? []
    if (index === undefined) return []
    // A message of its own names what it is about.
    return [`task ${Number(index) + 1}: ${details.length > 0 && place ? `${place}: ` : ''}${message}`]
  })
  if (lines.length === 0) return error
  const more = lines.length > shownMax ? [`and ${lines.length - shownMax} more`] : []
  return usageError([...lines.slice(0, shownMax), ...more].join('\n'))
}
