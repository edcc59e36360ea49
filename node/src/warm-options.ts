import type { WarmCommand } from '@souk/executors'
import type { Command } from 'commander'
import { usageError } from './cli-error.ts'
import { collect } from './command-module.ts'

/** Commands that this host can have stand warm. */
export interface WarmOptions {
  warmCommand?: string[]
}

const commandsMax = 64

export function addWarmOptions(command: Command): Command {
  return command.option(
    '--warm-command <class=command>',
    "start COMMAND ahead of commands of a class, to take one of them: 'process/render*=/opt/render/worker' (repeatable; see souk help up)",
    collect,
  )
}

/** Checks the option: a class, or its beginning and `*`, then what a shell is given. */
export function warmCommandsOf({ warmCommand = [] }: WarmOptions): WarmCommand[] {
  if (warmCommand.length > commandsMax)
    throw usageError(`--warm-command: ${warmCommand.length} were given; ${commandsMax} are allowed`)
  return warmCommand.map((text) => {
    const at = text.indexOf('=')
    const [pattern, command] = [text.slice(0, Math.max(0, at)), text.slice(at + 1).trim()]
    if (at > 0 && command !== '' && !pattern.startsWith('function/')) return { pattern, command }
    const why = pattern.startsWith('function/')
      ? 'functions are kept warm without it'
      : "write it like process/render*=/opt/render/worker, or '*=COMMAND' for all commands"
    throw usageError(`--warm-command: '${text}' is not CLASS=COMMAND: ${why}`)
  })
}

/** The same as words of a command line. */
export function warmArguments({ warmCommand = [] }: WarmOptions): string[] {
  return warmCommand.flatMap((text) => ['--warm-command', text])
}

export const warmHelp = `
--warm-command 'CLASS=COMMAND' has processes stand ready for commands of that class, as many as were used of late or, once they have
proved cheaper, as forecasts say (souk forecast). COMMAND loads what takes long and prints a line; then it is warm. Each takes one task
and ends with it: it reads one line of JSON, {"task", "attempt", "fence", "argv", "env"}, and after it the task's own standard input. It
does in its working folder, which is the task's, what argv says, with env; what it prints and how it exits is the task's. Where none is
ready, argv runs as ever. Its limits, time-out and lease begin with the task.`
