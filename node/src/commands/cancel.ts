import type { CancelAnswer, SoukClient } from '@souk/client'
import { CliError } from '../cli-error.ts'
import { addExamples, addJson, addPeerChoice, type CommandModule } from '../command-module.ts'
import type { Context } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { countText, shortTask } from '../print/amount-text.ts'
import { type PeerChoice, withSession } from '../session.ts'

interface CancelOptions extends PeerChoice {
  reason?: string
  unendable?: boolean
  json?: boolean
}

const meanings: Record<CancelAnswer, { text: string; exitCode: number }> = {
  cancelled: { text: 'cancelled; nothing of it runs', exitCode: exitCodes.ok },
  'closed-before': { text: 'had ended before', exitCode: exitCodes.ok },
  stopping: { text: 'is stopping; its process is not gone yet', exitCode: exitCodes.failed },
  unknown: { text: 'is not known', exitCode: exitCodes.unknown },
  unreachable: { text: 'is kept by peers that cannot be reached now; it may still run', exitCode: exitCodes.unknown },
}

/** unendable tasks that one listing names; those that are left are in the next one */
const pageMax = 256

export const cancel: CommandModule = {
  define(command, context, done) {
    command
      .argument('[id...]', "task ids; may be shortened, and 'last' works")
      .option('--reason <text>', 'kept with the task')
      .option('--unendable', 'also those most of whose custodians were removed; without ids: all such tasks')
      .action(async (ids: string[], options: CancelOptions) => {
        done(await withSession(context, options, (client) => cancelAll(client, context, ids, options)))
      })
    addJson(addPeerChoice(command))
    addExamples(command, [
      ['souk cancel last --reason "wrong input"', 'waits until nothing of it runs'],
      ['souk cancel --unendable', 'after souk remove --lose: what nobody could end any more'],
    ])
  },
}

async function cancelAll(client: SoukClient, context: Context, ids: string[], options: CancelOptions): Promise<number> {
  if (ids.length > 0) return cancelEach(client, context, ids, options)
  if (!options.unendable) {
    throw new CliError('no task is named', {
      next: 'souk cancel ID   (souk tasks lists them)',
      exitCode: exitCodes.usage,
    })
  }
  return cancelUnendable(client, context, options)
}

async function cancelEach(
  client: SoukClient,
  context: Context,
  ids: readonly string[],
  options: CancelOptions,
): Promise<number> {
  const reason = options.reason ?? 'by a person'
  let worst: number = exitCodes.ok
  for (const id of ids) {
    const task = await client.resolve(id)
    let answer = options.unendable ? await client.giveUp(task, reason) : await client.cancel(task, reason)
    if (answer === 'stopping') answer = await untilGone(client, task)
    const meaning = meanings[answer]
    worst = Math.max(worst, meaning.exitCode)
    if (options.json) context.terminal.out(JSON.stringify({ task, answer }))
    else context.terminal.out(`${shortTask(task)} ${meaning.text}`)
  }
  return worst
}

/** Page by page, as long as a page has any that was not tried. */
async function cancelUnendable(client: SoukClient, context: Context, options: CancelOptions): Promise<number> {
  const { out, err } = context.terminal
  const tried = new Set<string>()
  let worst: number = exitCodes.ok
  for (;;) {
    const { tasks, missing } = await client.tasks({ unendable: true, limit: pageMax })
    const ids = tasks.map(({ id }) => id).filter((id) => !tried.has(id))
    if (ids.length === 0) {
      if (tried.size === 0 && !options.json) out('every open task that is known can end by itself')
      if (missing.length > 0)
        err(`${countText(missing.length, 'peer')} did not answer; what they keep was not looked at`)
      return worst
    }
    for (const id of ids) tried.add(id)
    worst = Math.max(worst, await cancelEach(client, context, ids, options))
  }
}

async function untilGone(client: SoukClient, task: string): Promise<CancelAnswer> {
  const outcome = await client.wait(task)
  return outcome.kind === 'cancelled' ? 'cancelled' : 'closed-before'
}
