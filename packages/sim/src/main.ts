#!/usr/bin/env node
import { CommanderError } from 'commander'
import { LedgerError } from './runner/ledger.ts'
import { type Options, program } from './runner/options.ts'
import { RunCommand } from './runner/run-command.ts'

const usageExit = 64

/** The first interrupt lets what is under way end, and keeps the sum; a second one ends at once. */
const interrupted = new AbortController()
process.once('SIGINT', () => interrupted.abort())

try {
  const command = program()
  command.parse()
  process.exitCode = await new RunCommand(command.opts<Options>()).run(interrupted.signal)
} catch (error) {
  if (error instanceof LedgerError) console.error(`error: ${error.message}`)
  else if (!(error instanceof CommanderError)) throw error
  process.exitCode = error instanceof CommanderError && error.exitCode === 0 ? 0 : usageExit
}
