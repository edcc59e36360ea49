import { resolve } from 'node:path'
import { apiLimits, type Handle, type SoukClient } from '@souk/client'
import { parseCount } from '../amounts.ts'
import { codeOf, messageOf, usageError } from '../cli-error.ts'
import { addExamples, addJson, addPeerChoice, type CommandModule } from '../command-module.ts'
import type { Context } from '../context.ts'
import { exitCodeOfMany, exitCodes } from '../exit-codes.ts'
import { addNotes } from '../help-notes.ts'
import { refusedError } from '../refused.ts'
import { type PeerChoice, withSession } from '../session.ts'
import { addKey, addTaskOptions, type TaskOptions, taskOf } from '../task-options.ts'
import { readTasks } from '../tasks-file.ts'
import { attachFiles } from './run.ts'

/** Tasks one --file may hold; what is more is better fed by `map` or the SDK. */
const fileTasksMax = 100_000

interface SubmitCommandOptions extends TaskOptions, PeerChoice {
  file?: string
  wait?: boolean
  gang?: string
  json?: boolean
}

export const submit: CommandModule = {
  define(command, context, done) {
    addKey(addTaskOptions(command))
      .argument('[command...]', 'the command and its arguments')
      .passThroughOptions()
      .option('--file <path>', 'tasks as the API takes them: JSON lines or one JSON array (- is standard input)')
      .option('--gang <n>', 'so many copies that start together or not at all (SOUK_GANG_RANK, SOUK_GANG_SIZE)')
      .option('--wait', 'wait for the outcomes; the exit code is theirs')
      .action(async (words: string[], options: SubmitCommandOptions) => {
        done(await submitAll(context, words, options))
      })
    addJson(addPeerChoice(command))
    addExamples(command, [
      ['souk submit -- make -C /src', 'prints the id; see it with: souk logs -f last'],
      ['souk submit --durability local -- make -C /src', 'kept by this peer alone: also when the others are away'],
      [
        'souk submit --key night-31 --in report.sh -- ./report.sh',
        'again with the same key: the same task, not a second one',
      ],
      ['souk submit --group db --apart db --near cache --in db.sh -- ./db.sh', 'one a host, where a cache runs'],
      ['souk submit --after last -- make -C /src test', 'once the one before has succeeded; else it is cancelled'],
      ['souk submit --gang 4 --in solve.sh -- ./solve.sh', 'four copies, all at once: each finds its SOUK_GANG_RANK'],
      ['souk submit --file tasks.jsonl', 'many: {"argv":["echo","hi"],"request":{"cpu":2}}'],
      [
        'souk submit --file build.jsonl',
        'that wait for each other: {"argv":["make","-C","/src"],"after":["KEY or name"]}',
      ],
    ])
    addNotes(command, 'Exit code: 0 accepted (with --wait: all ok), 1 failed, 2 cannot be placed, 3 lost or unknown.')
  },
}

async function submitAll(context: Context, words: string[], options: SubmitCommandOptions): Promise<number> {
  if (options.file !== undefined && words.length > 0) throw usageError('give either a command or --file, not both')
  if (options.file !== undefined && options.key !== undefined) {
    throw usageError('--key is for one command; in --file give each task its own: {"argv":[…],"key":"…"}')
  }
  if (options.file !== undefined && options.gang !== undefined) {
    throw usageError('--gang is for one command; in --file give each task its own: "gang":{"id":"a","size":2,"rank":0}')
  }
  const size = options.gang === undefined ? undefined : parseCount('--gang', options.gang, 2, apiLimits.gangSizeMax)
  const tasks =
    options.file === undefined
      ? [taskOf(options, words, context.env)]
      : readTasks('--file', options.file, resolve(context.cwd, options.file), fileTasksMax)
  return await withSession(context, options, async (client) => {
    const ready =
      options.file === undefined
        ? await Promise.all(tasks.map((task) => attachFiles(client, context, task, options)))
        : tasks
    const handles = size === undefined ? client.submitAll(ready) : client.submitGang(ready[0]!, size)
    for (const handle of handles) handle.outcome.catch(() => {})
    const accepted = await printIds(client, context, handles, options.json === true)
    if (!options.wait || accepted !== exitCodes.ok) return accepted
    return await waitForAll(client, context, handles, options.json === true)
  })
}

/** Prints each id as it is accepted, in order; the worst exit code of those that were not. */
async function printIds(
  client: SoukClient,
  context: Context,
  handles: readonly Handle[],
  json: boolean,
): Promise<number> {
  const { errColours, err, out } = context.terminal
  let worst: number = exitCodes.ok
  for (const [index, handle] of handles.entries()) {
    try {
      const id = await handle.id
      out(json ? JSON.stringify({ index, id }) : id)
    } catch (error) {
      const { exitCode, message, next } = await refusedError(client, handle, error)
      worst = Math.max(worst, exitCode)
      const where = handles.length > 1 ? `task ${index + 1}: ` : ''
      if (json) out(JSON.stringify({ index, code: codeOf(error), message: messageOf(error), key: handle.key }))
      err(`souk: ${where}${message}`)
      if (next !== undefined) err(`${errColours.dim('next:')} ${next}`)
    }
  }
  return worst
}

async function waitForAll(
  client: SoukClient,
  context: Context,
  handles: readonly Handle[],
  json: boolean,
): Promise<number> {
  const { printOutcome } = await import('../print-outcome.ts')
  const outcomes = await Promise.all(handles.map((handle) => handle.outcome))
  for (const outcome of outcomes) await printOutcome(client, context, outcome, json)
  return exitCodeOfMany(outcomes)
}
