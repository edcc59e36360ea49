import { cpus } from 'node:os'
import { Command, InvalidArgumentError, Option } from 'commander'
import { type FaultKind, faultKinds } from '../faults/fault.ts'
import { profiles } from '../profiles.ts'

/** A mesh of this size is beyond what a membership list may hold. */
const peersMax = 4096

/** The command line, read. */
export interface Options {
  seed: number
  seeds?: number
  peers?: number
  tasks?: number
  profile: string
  without: FaultKind[]
  threads: number
  codec: boolean
  twice: boolean
  json: boolean
  frames: boolean
  trace?: string
  resume?: string
  minutes: number
  planted: boolean
  table?: string
  replay?: string
}

const epilogue = `
Profiles:
${profiles.map(({ name, about }) => `  ${name.padEnd(12)}${about}`).join('\n')}

Examples:
  pnpm sim --seed 1 --peers 100 --tasks 10000 --profile calm
  pnpm sim --seeds 200 --profile swarm --json
  pnpm sim --seeds 20000 --profile swarm --resume sum.json --minutes 30
  pnpm sim --seed 7 --peers 5 --tasks 200 --profile harsh --without freeze --trace run.jsonl --frames
  pnpm sim --planted
  pnpm sim --replay souk-trace-2026-11-29T10-00-00.json

Exit codes: 0 all promises kept, 1 safety broken (or a planted bug missed), 2 liveness broken, 3 a machine threw,
64 wrong usage. The same options give the same trace hash, always; a failing seed prints the command that replays it.`

export function program(): Command {
  const cores = cpus().length
  const whole = (flags: string, about: string, low: number, high: number) =>
    new Option(flags, about).argParser(wholeNumber(low, high))
  return new Command('sim')
    .description(
      'Simulates a mesh of peers on a virtual clock, with faults drawn from a seed, and checks its promises.',
    )
    .addOption(whole('--seed <number>', 'the first seed', 0, 2 ** 32).default(1))
    .addOption(whole('--seeds <count>', 'how many seeds (default: 1, with --planted none)', 1, 1e6))
    .addOption(whole('--peers <count>', 'how many peers (default: 5, or as a profile draws it)', 1, peersMax))
    .addOption(whole('--tasks <count>', 'how many tasks are submitted (default: 200, or as drawn)', 1, 1e7))
    .addOption(new Option('--profile <name>', 'the world').choices(profiles.map(({ name }) => name)).default('calm'))
    .addOption(
      new Option('--without <faults>', `leave faults out: ${faultKinds.join(',')}`).default([]).argParser(faults),
    )
    .addOption(whole('--threads <count>', 'seeds at a time', 1, 256).default(cores, 'one a core'))
    .option('--codec', 'send every frame through the real codec: slower, checks sizes and schemas', false)
    .option('--twice', 'run every seed a second time: its trace hash must be the same', false)
    .option('--json', 'end with one JSON object on standard output', false)
    .option('--trace <file>', 'write the run down as JSON lines; - is standard output')
    .option('--frames', 'with --trace: every message, too', false)
    .option('--resume <file>', 'keep the sum of all seeds in this file, and go on after those that are in it')
    .addOption(whole('--minutes <count>', 'stop after so long; 0 = when done', 0, 1e5).default(0))
    .option('--planted', 'look for every planted bug: each must be caught within 500 seeds', false)
    .option('--table <file>', 'with --planted: write the table of bugs and seeds')
    .option('--replay <file>', 'nothing is simulated: tells again what a console has exported, and checks it')
    .addHelpText('after', epilogue)
    .exitOverride()
}

function wholeNumber(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!Number.isInteger(value) || value < low || value > high) {
      throw new InvalidArgumentError(`a whole number from ${low} to ${high} is needed.`)
    }
    return value
  }
}

function faults(text: string): FaultKind[] {
  return text.split(',').map((name) => {
    const kind = faultKinds.find((known) => known === name)
    if (kind === undefined) throw new InvalidArgumentError(`"${name}" is none of ${faultKinds.join(', ')}.`)
    return kind
  })
}
