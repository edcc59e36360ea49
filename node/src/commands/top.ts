import { parseDurationMs } from '../amounts.ts'
import { addExamples, addJson, addPeerChoice, type CommandModule } from '../command-module.ts'
import type { Context } from '../context.ts'
import { type PeerChoice, withSession } from '../session.ts'

interface TopOptions extends PeerChoice {
  every: string
  once?: boolean
  json?: boolean
}

export const top: CommandModule = {
  define(command, context, done) {
    command
      .option('--every <time>', 'time between two looks at the mesh', '1s')
      .option('--once', 'one look, as text')
      .action(async (options: TopOptions) => {
        await show(context, options)
        done(0)
      })
    addJson(addPeerChoice(command))
    addExamples(command, [
      ['souk top', 'the whole terminal; ? tells the keys'],
      ['souk top --once', 'one look, and done'],
      ['souk top --every 10s > mesh.log', 'without a terminal: plain text, one look after the other'],
      ['souk top --json --every 5s', 'a line of JSON each five seconds'],
    ])
  },
}

async function show(context: Context, options: TopOptions): Promise<void> {
  const everyMs = parseDurationMs('--every', options.every)
  const { terminal } = context
  const isScreen = terminal.outIsTerminal && process.stdin.isTTY && !options.once && !options.json
  await withSession(context, options, async (client) => {
    if (isScreen) {
      const { showTop } = await import('../top-screen.ts')
      return await showTop(client, terminal.colours, everyMs)
    }
    const { printTop } = await import('../top/print-top.ts')
    await printTop(client, context.terminal, { everyMs, once: options.once ?? false, json: options.json ?? false })
  })
}
