#!/usr/bin/env node
import { closeSync, openSync, writeSync } from 'node:fs'
import { cpus } from 'node:os'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { type FaultKind, faultKinds } from './faults/fault.ts'
import { peerSubject } from './peer-subject.ts'
import { profileOf, profiles } from './profiles.ts'
import { replayCommand } from './replay.ts'
import { reportOf, tableOf, violationsText } from './report.ts'
import { type SimResult, simulate } from './simulate.ts'
import { TraceLog } from './trace-log.ts'
import type { ViolationKind } from './violation.ts'

/** Also in the help: stable, for scripts. */
const exitCodes: Record<ViolationKind, number> = { safety: 1, liveness: 2, crash: 3 }
const usageExit = 64
/** A mesh of this size is beyond what a membership list may hold. */
const peersMax = 4096

interface Options {
  seed: number
  seeds: number
  peers: number
  tasks: number
  profile: string
  without: FaultKind[]
  codec: boolean
  twice: boolean
  json: boolean
  frames: boolean
  trace?: string
}

const epilogue = `
Profiles:
${profiles.map(({ name, about }) => `  ${name.padEnd(12)}${about}`).join('\n')}

Examples:
  pnpm sim --seed 1 --peers 100 --tasks 10000 --profile calm
  pnpm sim --seed 1 --seeds 20 --peers 5 --tasks 200 --profile harsh --json
  pnpm sim --seed 7 --peers 5 --tasks 200 --profile harsh --without freeze --trace run.jsonl --frames

Exit codes: 0 all promises kept, 1 safety broken, 2 liveness broken, 3 a machine threw, 64 wrong usage.
The same options give the same trace hash, always; a failing seed prints the command that replays it.`

const program = new Command('sim')
  .description('Simulates a mesh of peers on a virtual clock, with faults drawn from a seed, and checks its promises.')
  .addOption(new Option('--seed <number>', 'the first seed').default(1).argParser(whole(0, 2 ** 32)))
  .addOption(new Option('--seeds <count>', 'how many seeds, one after the other').default(1).argParser(whole(1, 1e6)))
  .addOption(new Option('--peers <count>', 'how many peers').default(5).argParser(whole(1, peersMax)))
  .addOption(new Option('--tasks <count>', 'how many tasks are submitted').default(200).argParser(whole(1, 1e7)))
  .addOption(new Option('--profile <name>', 'the world').choices(profiles.map(({ name }) => name)).default('calm'))
  .addOption(
    new Option('--without <faults>', `leave faults out: ${faultKinds.join(',')}`).default([]).argParser(faults),
  )
  .option('--codec', 'send every frame through the real codec: slower, checks sizes and schemas', false)
  .option('--twice', 'run every seed a second time: its trace hash must be the same', false)
  .option('--json', 'end with one JSON object on standard output', false)
  .option('--trace <file>', 'write the run down as JSON lines; - is standard output')
  .option('--frames', 'with --trace: every message, too', false)
  .addHelpText('after', epilogue)
  .exitOverride()

function whole(low: number, high: number): (text: string) => number {
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

/** Lines gathered and written a block at a time; nothing is lost when a run fails. */
function openTrace(path: string): { write: (line: string) => void; close: () => void } {
  const file = path === '-' ? 1 : openSync(path, 'w')
  let lines: string[] = []
  const flush = () => {
    if (lines.length > 0) writeSync(file, `${lines.join('\n')}\n`)
    lines = []
  }
  const write = (line: string) => {
    if (lines.push(line) >= 1000) flush()
  }
  return {
    write,
    close: () => {
      flush()
      if (file !== 1) closeSync(file)
    },
  }
}

function run(options: Options): number {
  const profile = profileOf(options.profile)!
  const trace = options.trace === undefined ? undefined : openTrace(options.trace)
  const watches = trace === undefined ? [] : [new TraceLog(trace.write, options.frames)]
  const quiet = options.json || options.trace === '-'
  const { peers, tasks, codec, without } = options
  const subject = peerSubject()
  const results: SimResult[] = []
  const began = performance.now()
  for (let seed = options.seed; seed < options.seed + options.seeds; seed++) {
    const start = performance.now()
    const result = simulate({ seed, peers, tasks, profile, subject, codec, without, watches })
    if (options.twice) checkAgain(result, simulate({ seed, peers, tasks, profile, subject, codec, without }))
    results.push(result)
    if (!quiet) console.log(`${tableOf(result, performance.now() - start)}\n`)
    if (result.violationCount === 0) continue
    console.error(violationsText(result, replayCommand({ seed, peers, tasks, profile: profile.name, codec, without })))
  }
  trace?.close()
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version }
  if (options.json) console.log(JSON.stringify(reportOf(results, performance.now() - began, machine)))
  return exitCodeOf(results)
}

/** I15: the same seed gives the same run. */
function checkAgain(result: SimResult, again: SimResult): void {
  if (again.traceHash === result.traceHash) return
  const detail = `trace hash ${result.traceHash}, and ${again.traceHash} the second time`
  result.violations.unshift({ kind: 'safety', invariant: 'I15', atMs: result.virtualMs, detail })
  result.violationCount++
}

/** The worst of what happened: a crash tells most, then safety, then liveness. */
function exitCodeOf(results: readonly SimResult[]): number {
  const kinds = new Set(results.flatMap(({ violations }) => violations.map(({ kind }) => kind)))
  const worst = (['crash', 'safety', 'liveness'] as const).find((kind) => kinds.has(kind))
  return worst === undefined ? 0 : exitCodes[worst]
}

try {
  program.parse()
  process.exitCode = run(program.opts<Options>())
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode === 0 ? 0 : usageExit
}
