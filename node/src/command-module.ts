import type { Command } from 'commander'
import type { Context } from './context.ts'

/** One command of the program, in a file of its own that is loaded only when it is used. */
export interface CommandModule {
  /** adds arguments, options, help and the action; the action's result is the exit code (undefined: 0) */
  define(command: Command, context: Context, done: (exitCode: number) => void): void
}

/** Options that name the peer to talk to. */
export function addPeerChoice(command: Command): Command {
  return command
    .option('--data <folder>', 'data folder of the peer to use (default: $SOUK_DATA or ~/.souk)')
    .option('--endpoint <url#token>', "a peer's API elsewhere, see `souk token` (default: $SOUK_ENDPOINT)", collect)
}

export function addJson(command: Command): Command {
  return command.option('--json', 'print JSON for programs')
}

/** For options that may be given several times. */
export function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value]
}

/** columns of a terminal that nobody made wider */
const widthMax = 80

/** The examples at the end of a command's help: what each does beside it, or above where that would be too wide. */
export function addExamples(command: Command, examples: readonly (readonly [string, string])[]): Command {
  const left = Math.max(...examples.map(([line]) => line.length))
  const beside = examples.map(([line, what]) => `  ${line.padEnd(left)}   # ${what}`)
  const lines = beside.every((line) => line.length <= widthMax)
    ? beside
    : examples.map(([line, what]) => `  # ${what}\n  ${line}`)
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`)
}
