#!/usr/bin/env node
import { CommanderError } from 'commander'
import { RecordingError, replayRecording } from './recording/replay-recording.ts'
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
  const options = command.opts<Options>()
  process.exitCode =
    options.replay === undefined
      ? await new RunCommand(options).run(interrupted.signal)
      : replayRecording(options.replay, options.json, console.log)
} catch (error) {
  if (error instanceof LedgerError || error instanceof RecordingError) console.error(`error: ${error.message}`)
  else if (!(error instanceof CommanderError)) throw error
  process.exitCode = error instanceof CommanderError && error.exitCode === 0 ? 0 : usageExit
}
