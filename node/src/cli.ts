import { catalogue } from './catalogue.ts'
import { CliError, codeOf, messageOf } from './cli-error.ts'
import type { Context, Parent } from './context.ts'
import { exitCodes, isWrongUse } from './exit-codes.ts'
import { visible } from './print/visible.ts'
import { withoutSecrets } from './secret-words.ts'
import { processTerminal } from './terminal.ts'

/** Runs the command of this process's arguments and sets the exit code. */
export async function start(): Promise<void> {
  const terminal = processTerminal(process.env)
  const context: Context = {
    env: process.env,
    cwd: process.cwd(),
    self: [process.execPath, ...process.execArgv, process.argv[1] ?? ''],
    terminal,
    parent: parentProcess(),
  }
  const words = process.argv.slice(2)
  const shown = withoutSecrets(words)
  // For `ps`. It was there for a moment all the same: `souk join -` and SOUK_ENDPOINT keep it out altogether.
  if (shown !== undefined) process.title = ['souk', ...shown].join(' ')
  process.exitCode = await main(words, context)
}

function parentProcess(): Parent | undefined {
  if (process.send === undefined) return undefined
  return {
    send: (message) => {
      if (process.connected) process.send?.(message)
    },
    leave: () => {
      if (process.connected) process.disconnect?.()
    },
    onGone: (listener) => {
      if (process.connected) process.once('disconnect', listener)
      else listener()
    },
  }
}

/** Runs one command; the exit code. Never throws. */
export async function main(args: readonly string[], context: Context): Promise<number> {
  const { name, rest } = splitCommand(args)
  try {
    if (name === undefined || name === 'help') {
      const topic = rest.find((arg) => !arg.startsWith('-'))
      if (topic !== undefined) return await runCommand(topic, ['--help'], context)
      const { overview } = await import('./overview.ts')
      context.terminal.out(overview(context.terminal.colours))
      return name === undefined && args.length > 0 && !isHelp(args) ? exitCodes.usage : exitCodes.ok
    }
    if (name === '--version') {
      const { version } = await import('./version.ts')
      context.terminal.out(version)
      return exitCodes.ok
    }
    return await runCommand(name, rest, context)
  } catch (error) {
    printError(error, context)
    return exitCodeOf(error, name)
  }
}

function isHelp(args: readonly string[]): boolean {
  return args.some((arg) => arg === '--help' || arg === '-h')
}

/** The command's name, and its arguments; `souk --data X run …` means `souk run --data X …`. */
function splitCommand(args: readonly string[]): { name: string | undefined; rest: string[] } {
  const early: string[] = []
  let at = 0
  while (args[at] === '--data' || args[at] === '--endpoint') {
    early.push(...args.slice(at, at + 2))
    at += 2
  }
  const name = args[at]
  if (name === undefined || name === '--help' || name === '-h') return { name: undefined, rest: [] }
  if (name === '-V' || name === '--version') return { name: '--version', rest: [] }
  return { name, rest: [...early, ...args.slice(at + 1)] }
}

async function runCommand(name: string, args: string[], context: Context): Promise<number> {
  const entry = catalogue.find((candidate) => candidate.name === name)
  if (entry === undefined) {
    const { closest } = await import('./overview.ts')
    const near = closest(name)
    throw new CliError(`'${name}' is not a command of souk`, {
      next: near === undefined ? 'souk help' : `souk ${near}   (all commands: souk help)`,
      exitCode: exitCodes.usage,
    })
  }
  const [{ Command }, module] = await Promise.all([import('commander'), entry.load()])
  let exitCode: number = exitCodes.ok
  const command = new Command(`souk ${name}`)
    .description(`${entry.summary}.`)
    .exitOverride()
    .configureOutput({
      outputError: () => {},
      writeOut: (text) => context.terminal.out(text.trimEnd()),
      writeErr: (text) => context.terminal.err(text.trimEnd()),
    })
    .helpOption('-h, --help', 'print this help')
  module.define(command, context, (code) => {
    exitCode = code
  })
  await command.parseAsync(args, { from: 'user' })
  return exitCode
}

function exitCodeOf(error: unknown, name: string | undefined): number {
  if (codeOf(error) === 'commander.helpDisplayed') return exitCodes.ok
  if (codeOf(error).startsWith('commander.') || codeOf(error) === 'endpoint-invalid') return exitCodes.usage
  if (!(error instanceof CliError) && isWrongUse(codeOf(error))) return exitCodes.usage
  const exitCode =
    error instanceof CliError
      ? error.exitCode
      : codeOf(error) === 'unreachable'
        ? exitCodes.unavailable
        : exitCodes.failed
  return name === 'run' && exitCode !== exitCodes.usage ? exitCodes.runNotRun : exitCode
}

function printError(error: unknown, context: Context): void {
  const code = codeOf(error)
  if (code === 'commander.helpDisplayed') return
  const { errColours, err } = context.terminal
  const message = messageOf(error).replace(/^error: /, '')
  const shown =
    error instanceof CliError || code !== '' ? message : error instanceof Error ? (error.stack ?? message) : message
  err(`${errColours.red('souk:')} ${visible(shown)}`)
  const next = error instanceof CliError ? error.next : undefined
  if (next !== undefined) err(`${errColours.dim('next:')} ${next}`)
  else if (code.startsWith('commander.')) err(`${errColours.dim('next:')} add --help to see what it takes`)
}
