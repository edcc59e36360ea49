import { readFileSync } from 'node:fs'
import type { Task } from '@souk/client'
import { CliError, fileTrouble, messageOf, usageError } from './cli-error.ts'
import { exitCodes } from './exit-codes.ts'

/**
 * Tasks as the API takes them, from a file or (-) standard input: one JSON object a line, or one JSON array of them. Throws
 * a usage error that names the line.
 */
export function readTasks(flag: string, file: string, path: string, tasksMax: number): Task[] {
  const given = file === '-' ? 'standard input' : file
  const text = textOf(flag, given, file === '-' ? 0 : path)
  const tasks = text.trimStart().startsWith('[') ? parseArray(flag, given, text) : parseLines(flag, given, text)
  if (tasks.length === 0) throw usageError(`${flag}: ${given} holds no task`)
  if (tasks.length > tasksMax) {
    throw new CliError(`${flag}: ${given} holds ${tasks.length} tasks; at most ${tasksMax} are taken`, {
      next: 'split it',
      exitCode: exitCodes.usage,
    })
  }
  return tasks
}

function textOf(flag: string, given: string, path: string | 0): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw usageError(`${flag}: ${given} cannot be read: ${fileTrouble(cause)}`)
  }
}

function parseLines(flag: string, given: string, text: string): Task[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return []
    const where = `line ${index + 1} of ${given}`
    return [taskOf(flag, where, parse(flag, where, line))]
  })
}

function parseArray(flag: string, given: string, text: string): Task[] {
  const all = parse(flag, given, text) as unknown[]
  return all.map((task, index) => taskOf(flag, `task ${index + 1} of ${given}`, task))
}

function parse(flag: string, where: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw usageError(`${flag}: ${where} is not JSON: ${messageOf(cause)}`)
  }
}

function taskOf(flag: string, where: string, task: unknown): Task {
  if (typeof task === 'object' && task !== null && !Array.isArray(task)) return task as Task
  throw usageError(`${flag}: ${where} is not a JSON object`, 'one task a line: {"argv":["echo","hi"]}')
}
