import type { WarmCommand, WarmLimit } from '@souk/executors'
import { fitsClass } from '@souk/kernel'
import type { Command } from 'commander'
import { parseBytes, parseCount, parseMilli, parsePairs } from './amounts.ts'
import { usageError } from './cli-error.ts'
import { collect } from './command-module.ts'

/** Commands that this host can have stand warm. */
export interface WarmOptions {
  warmCommand?: string[]
  warmLimit?: string[]
}

const commandsMax = 64
const limitFlag = '--warm-limit'
const processesMost = 4_194_304

export function addWarmOptions(command: Command): Command {
  return command
    .option(
      '--warm-command <class=command>',
      "start COMMAND ahead of commands of a class, to take one of them: 'process/render*=/opt/render/worker' (repeatable; see souk help up)",
      collect,
    )
    .option(
      '--warm-limit <class=limits>',
      "what it may take before it has its task: 'process/render*=memory=4G,processes=64,cpu=2' (repeatable)",
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

/** Checks the option: a class of a declared command, or its beginning and `*`, then amounts. */
export function warmLimitsOf({ warmLimit = [] }: WarmOptions, commands: readonly WarmCommand[]): WarmLimit[] {
  if (warmLimit.length > commandsMax)
    throw usageError(`${limitFlag}: ${warmLimit.length} were given; ${commandsMax} are allowed`)
  return warmLimit.map((text) => {
    const at = text.indexOf('=')
    const pattern = text.slice(0, Math.max(0, at))
    if (pattern === '')
      throw usageError(`${limitFlag}: '${text}' is not CLASS=LIMITS; write it like process/render*=memory=4G`)
    if (!commands.some((command) => fitsClass(command.pattern, pattern) || fitsClass(pattern, command.pattern)))
      throw usageError(`${limitFlag}: '${pattern}' fits no --warm-command`)
    return { pattern, ...amountsOf(text.slice(at + 1)) }
  })
}

function amountsOf(text: string): Partial<WarmLimit> {
  const amounts: Partial<WarmLimit> = {}
  for (const [name, value] of Object.entries(parsePairs(limitFlag, [text], true))) {
    if (name === 'memory') amounts.memoryBytes = parseBytes(limitFlag, value)
    else if (name === 'processes') amounts.processes = parseCount(limitFlag, value, 1, processesMost)
    else if (name === 'cpu') amounts.cpuMilli = parseMilli(limitFlag, value)
    else throw usageError(`${limitFlag}: '${name}' is none of memory, processes, cpu`)
  }
  if (amounts.memoryBytes === 0 || amounts.cpuMilli === 0)
    throw usageError(`${limitFlag}: '${text}' leaves nothing; amounts are more than 0`)
  return amounts
}

/** The same as words of a command line. */
export function warmArguments({ warmCommand = [], warmLimit = [] }: WarmOptions): string[] {
  const commands = warmCommand.flatMap((text) => ['--warm-command', text])
  return [...commands, ...warmLimit.flatMap((text) => [limitFlag, text])]
}

export const warmHelp = `--warm-command 'CLASS=COMMAND' has processes stand ready for commands of that class, as many as were used of late or, once they have
proved cheaper, as forecasts say (souk forecast). COMMAND loads what takes long and prints a line; then it is warm. Each takes one task
and ends with it: it reads one line of JSON, {"task", "attempt", "fence", "argv", "env"}, and after it the task's own standard input. It
does in its working folder, which is the task's, what argv says, with env; what it prints and how it exits is the task's. Where none is
ready, argv runs as ever. Its limits, time-out and lease begin with the task; until then it has those of --warm-limit, else the most that
tasks of its class have asked for here, and of memory, where nobody says, a quarter of what this host offers.`
