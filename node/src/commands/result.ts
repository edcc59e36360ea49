import { resolve } from 'node:path'
import type { Outcome, SoukClient } from '@souk/client'
import { CliError } from '../cli-error.ts'
import { addExamples, addJson, addPeerChoice, type CommandModule } from '../command-module.ts'
import type { Context } from '../context.ts'
import { exitCodeOfOutcome } from '../exit-codes.ts'
import { bringBack, outputOf } from '../files-out.ts'
import { addNotes } from '../help-notes.ts'
import { droppedLine, outcomeLine } from '../print/outcome-text.ts'
import { type PeerChoice, withSession } from '../session.ts'

interface ResultOptions extends PeerChoice {
  out?: string
  stderr?: boolean
  wait?: boolean
  json?: boolean
}

export const result: CommandModule = {
  define(command, context, done) {
    command
      .argument('[id]', "task id; may be shortened, and 'last' works", 'last')
      .option('--out <folder>', 'write the files that came back into this folder')
      .option('--stderr', 'what the task wrote to standard error instead')
      .option('--wait', 'wait for the end first')
      .action(async (id: string, options: ResultOptions) => {
        done(await withSession(context, options, (client) => show(client, context, id, options)))
      })
    addJson(addPeerChoice(command))
    addExamples(command, [
      ['souk result last', "its standard output, or its function's value"],
      ['souk result 3f8k --out results', 'its files'],
      ['souk result last --json', 'the whole outcome'],
    ])
    addNotes(command, 'Exit code: 0 it succeeded, 1 it failed, 2 it could not be placed, 3 it was lost.')
  },
}

async function show(client: SoukClient, context: Context, id: string, options: ResultOptions): Promise<number> {
  const task = await client.resolve(id)
  const outcome = options.wait ? await client.wait(task) : await endedOutcome(client, task, id)
  const { terminal } = context
  if (options.out !== undefined) {
    const written = await bringBack(client, outcome, resolve(context.cwd, options.out))
    terminal.err(written.length === 0 ? 'no files came back' : `written: ${written.join(', ')}`)
  }
  if (options.json) terminal.out(JSON.stringify(outcome))
  else if (outcome.value !== undefined && !options.stderr) terminal.out(JSON.stringify(outcome.value))
  else if (options.out === undefined) {
    terminal.raw('stdout', await outputOf(client, outcome, options.stderr ? 'stderr' : 'stdout'))
  }
  const dropped = droppedLine(outcome)
  if (dropped !== undefined) terminal.err(`souk: ${dropped}`)
  if (outcome.kind !== 'succeeded' && !options.json) terminal.err(outcomeLine(outcome, undefined, terminal.errColours))
  return exitCodeOfOutcome(outcome)
}

async function endedOutcome(client: SoukClient, task: string, id: string): Promise<Outcome> {
  const detail = await client.task(task)
  if (detail.outcome !== undefined) return detail.outcome
  throw new CliError(`${task} has not ended yet: it is ${detail.state}`, { next: `souk result ${id} --wait` })
}
