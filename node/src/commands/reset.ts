import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { CliError, usageError } from '../cli-error.ts'
import { addExamples, addJson, type CommandModule } from '../command-module.ts'
import type { Context } from '../context.ts'
import { type DataFolder, dataFolder } from '../data-folder.ts'
import { exitCodes } from '../exit-codes.ts'
import { addNotes } from '../help-notes.ts'
import { countText } from '../print/amount-text.ts'
import { refuseSecondPeer } from './up.ts'

interface ResetOptions {
  data?: string
  yes?: boolean
  json?: boolean
}

export const reset: CommandModule = {
  define(command, context, done) {
    command
      .option('--data <folder>', 'data folder whose store is to be moved aside (default: $SOUK_DATA or ~/.souk)')
      .option('--yes', 'do not ask')
      .action(async (options: ResetOptions) => {
        done(await moveAside(context, options))
      })
    addJson(command)
    addExamples(command, [
      ['souk reset', "when souk up says that the store is damaged or an old copy; moves it into the folder's aside/"],
    ])
    addNotes(command, 'Nothing is deleted. The peer comes back under a new id: its key lies in the store.')
  },
}

async function moveAside(context: Context, options: ResetOptions): Promise<number> {
  const folder = dataFolder(context, options.data)
  if (!existsSync(folder.path))
    throw new CliError(`${folder.path} does not exist`, {
      next: `souk up${folder.words}, or souk join LINE${folder.words}`,
    })
  refuseSecondPeer(folder)
  const { resetStore, examineStore } = await import('../store-tools.ts')
  const { trouble, records, tasks } = examineStore(folder)
  const state =
    trouble === undefined
      ? `it is whole: ${countText(records, 'record')}, ${countText(tasks, 'task')}`
      : trouble.message
  if (!options.yes && !(await agreed(context, folder, state))) return exitCodes.failed
  const { path, moved, isAdmin } = resetStore(folder, Date.now())
  const next = isAdmin
    ? `souk up --data ${folder.path}`
    : `souk join LINE --data ${folder.path}   (LINE: souk invite on another host)`
  const { out, err, errColours } = context.terminal
  if (options.json) {
    out(JSON.stringify({ path, moved, next }))
    return exitCodes.ok
  }
  out(path === undefined ? `${folder.path} holds no store` : `moved to ${path}: ${moved.join(', ')}`)
  if (path !== undefined) err('remove it when the new peer works and nothing in it is needed any more')
  err(`${errColours.dim('next:')} ${next}   (as a new peer, with a new id)`)
  return exitCodes.ok
}

async function agreed(context: Context, folder: DataFolder, state: string): Promise<boolean> {
  const { errIsTerminal, err } = context.terminal
  if (!errIsTerminal || !process.stdin.isTTY) {
    throw usageError(
      'reset asks before it moves a store, and here is no terminal to ask at',
      `souk reset --yes --data ${folder.path}`,
    )
  }
  err(state)
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await lines.question(
      `Move the store in ${folder.path} aside? The peer comes back as a new one. [y/N] `,
    )
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    lines.close()
  }
}
