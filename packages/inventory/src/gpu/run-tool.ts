import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Probe } from '../probe.ts'

/** A cold driver takes seconds to answer. */
const answerMsMax = 5000
const answerBytesMax = 4 * 1024 * 1024

/** Runs a vendor's tool; what it wrote, or '' where it is missing, fails or takes too long. */
export type RunTool = (command: string, args: readonly string[]) => Promise<string>

/** What is not on the search path is not started: a start that fails costs tens of milliseconds. */
export function toolRunner({ path, signal }: Pick<Probe, 'path' | 'signal'>): RunTool {
  return async (command, args) => {
    const file = path.find(command)
    if (file === undefined) return ''
    try {
      const options = { timeout: answerMsMax, maxBuffer: answerBytesMax, signal }
      return (await promisify(execFile)(file, [...args], options)).stdout
    } catch {
      signal.throwIfAborted()
      return ''
    }
  }
}
