import type { Command } from 'commander'
import { parseDurationMs } from './amounts.ts'
import { usageError } from './cli-error.ts'

/** How a peer counts what is asked of it. */
export interface DemandOptions {
  demandSpan?: string
}

const flag = '--demand-span'
/** Each class that is followed costs about 0.2 ms of CPU time a span: shorter would be felt. */
const msMin = 1_000
const msMax = 3_600_000

export function addDemandOptions(command: Command): Command {
  return command.option(
    `${flag} <duration>`,
    'count and forecast demand by spans of so long, 1s to 1h (default: 10s); shorter follows faster and errs more, and what was learned by another span is dropped',
  )
}

/** Checks the option; undefined: as by default. */
export function demandSpanMsOf({ demandSpan }: DemandOptions): number | undefined {
  if (demandSpan === undefined) return undefined
  const ms = parseDurationMs(flag, demandSpan)
  if (ms < msMin || ms > msMax) throw usageError(`${flag}: '${demandSpan}' is not from 1s to 1h`)
  return ms
}

/** The same as words of a command line. */
export function demandArguments({ demandSpan }: DemandOptions): string[] {
  return demandSpan === undefined ? [] : [flag, demandSpan]
}
