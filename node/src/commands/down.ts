import type { DrainProgress, SoukClient } from '@souk/client'
import { parseDurationMs } from '../amounts.ts'
import { CliError } from '../cli-error.ts'
import { addExamples, type CommandModule } from '../command-module.ts'
import { dataFolder, isRunning, removeApiFile, requirePeer } from '../data-folder.ts'
import { untilDrained } from '../drain-watch.ts'
import { endProcess } from '../peer-process.ts'
import { drainText } from '../print/drain-text.ts'
import { withSession } from '../session.ts'

/** What was stopped at the deadline needs a moment to be gone. */
const settleMs = 3_000

interface DownOptions {
  data?: string
  timeout: string
  drain: string
  now?: boolean
}

export const down: CommandModule = {
  define(command, context, done) {
    command
      .option('--data <folder>', 'data folder of the peer to stop (default: $SOUK_DATA or ~/.souk)')
      .option('--timeout <time>', 'kill it when it has not stopped by then', '15s')
      .option('--drain <time>', 'what runs may end until then; afterwards it is stopped, and runs elsewhere', '5s')
      .option('--now', 'do not drain first')
      .action(async (options: DownOptions) => {
        const timeoutMs = parseDurationMs('--timeout', options.timeout)
        const drainMs = options.now ? 0 : parseDurationMs('--drain', options.drain)
        const folder = dataFolder(context, options.data)
        const file = requirePeer(folder)
        const { out, err } = context.terminal
        // The API answers only as the peer the file names: a process id that was given to another program is safe.
        await withSession(context, { data: folder.path }, async (client) => {
          const { self, peers } = await client.status()
          if (self !== file.peer)
            throw new CliError(`${file.url} is peer ${self}, but ${folder.api} names ${file.peer}`)
          // With nobody else there is nobody to hand anything to: what runs starts again when this peer is back.
          if (drainMs > 0 && peers.alive > 1) await drainFirst(client, drainMs, err)
        })
        const byItself = await endProcess(file.pid, timeoutMs)
        if (isRunning(file.pid)) throw new CliError(`process ${file.pid} does not end`, { next: `kill -9 ${file.pid}` })
        removeApiFile(folder, file.pid)
        out(byItself ? `${file.name} is down` : `${file.name} did not stop within ${options.timeout} and was killed`)
        done(0)
      })
    addExamples(command, [
      ['souk down', 'hands over what it has, tells the others, and stops'],
      ['souk down --drain 10m', 'what runs has ten minutes to end'],
      ['souk down --now', 'what runs is stopped at once, and runs elsewhere'],
    ])
  },
}

/** Hands over what waits and lets what runs end; what takes longer is stopped. Then it goes, however far it is. */
async function drainFirst(client: SoukClient, drainMs: number, err: (text: string) => void): Promise<void> {
  await client.drain({ deadlineMs: drainMs, leaving: true })
  const onChange = (drain: DrainProgress): void => {
    if (drain.state === 'draining') err(`draining: ${drainText(drain)}`)
  }
  const { running, runningOnce } = await untilDrained(client, { onChange, msMax: drainMs + settleMs })
  if (runningOnce > 0) err(`${runningOnce} that start at most once still run: they end as lost`)
  else if (running > 0) err(`${running} still run: they are stopped, and run elsewhere`)
}
