import { isatty } from 'node:tty'
import { exitCodes } from './exit-codes.ts'
import { type Colours, coloursFor } from './print/colours.ts'
import { visibleOutput } from './print/visible.ts'

/**
 * Where a command writes. Results go to `out`, everything else to `err`; whatever other peers have put into either, a
 * terminal obeys nothing of it. Only `raw` is what the task wrote.
 */
export interface Terminal {
  out(text: string): void
  err(text: string): void
  /** raw bytes of a task's output */
  raw(stream: 'stdout' | 'stderr', data: Uint8Array): void
  outIsTerminal: boolean
  /** characters in a line of `out`; Infinity where it is no terminal */
  readonly outWidth: number
  errIsTerminal: boolean
  colours: Colours
  errColours: Colours
}

/** This process's own; its streams are made when something is written, since that costs a short command time. */
export function processTerminal(env: Record<string, string | undefined>): Terminal {
  const outIsTerminal = isatty(1)
  const errIsTerminal = isatty(2)
  let listens = false
  const stdout = (): NodeJS.WriteStream => {
    if (!listens) process.stdout.on('error', onOutputError)
    listens = true
    return process.stdout
  }
  return {
    out: (text) => void stdout().write(`${visibleOutput(text)}\n`),
    err: (text) => printError(visibleOutput(text)),
    raw: (stream, data) => void (stream === 'stdout' ? stdout() : process.stderr).write(data),
    outIsTerminal,
    get outWidth() {
      // Where nobody knows, it is told as 0.
      return (outIsTerminal && stdout().columns) || Infinity
    },
    errIsTerminal,
    colours: coloursFor(outIsTerminal, env),
    errColours: coloursFor(errIsTerminal, env),
  }
}

/** A reader that has gone (`souk tasks | head`) ends the program quietly. */
function onOutputError(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(exitCodes.ok)
  throw error
}

/** Where standard error is a file on a full disk, writing throws: that must not hide how the command itself ended. */
function printError(text: string): void {
  try {
    process.stderr.write(`${text}\n`)
  } catch {
    // Nobody is left to be told.
  }
}
