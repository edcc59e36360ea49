import { parseDurationMs } from '../amounts.ts'
import { CliError } from '../cli-error.ts'
import { addExamples, type CommandModule } from '../command-module.ts'
import { dataFolder, isRunning, removeApiFile, requirePeer } from '../data-folder.ts'
import { endProcess } from '../peer-process.ts'
import { withSession } from '../session.ts'

interface DownOptions {
  data?: string
  timeout: string
}

export const down: CommandModule = {
  define(command, context, done) {
    command
      .option('--data <folder>', 'data folder of the peer to stop (default: $SOUK_DATA or ~/.souk)')
      .option('--timeout <time>', 'kill it when it has not stopped by then', '15s')
      .action(async (options: DownOptions) => {
        const timeoutMs = parseDurationMs('--timeout', options.timeout)
        const folder = dataFolder(context, options.data)
        const file = requirePeer(folder)
        const { out } = context.terminal
        // The API answers only as the peer the file names: a process id that was given to another program is safe.
        const { self } = await withSession(context, { data: folder.path }, (client) => client.status())
        if (self !== file.peer) throw new CliError(`${file.url} is peer ${self}, but ${folder.api} names ${file.peer}`)
        const byItself = await endProcess(file.pid, timeoutMs)
        if (isRunning(file.pid)) throw new CliError(`process ${file.pid} does not end`, { next: `kill -9 ${file.pid}` })
        removeApiFile(folder, file.pid)
        out(byItself ? `${file.name} is down` : `${file.name} did not stop within ${options.timeout} and was killed`)
        done(0)
      })
    addExamples(command, [['souk down', 'tells the others, and stops']])
  },
}
