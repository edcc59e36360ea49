import { type Colours, coloursFor } from './print/colours.ts'

/** Where a command writes. Results go to `out`, everything else to `err`. */
export interface Terminal {
  out(text: string): void
  err(text: string): void
  /** raw bytes of a task's output */
  raw(stream: 'stdout' | 'stderr', data: Uint8Array): void
  outIsTerminal: boolean
  errIsTerminal: boolean
  colours: Colours
  errColours: Colours
}

export function processTerminal(env: Record<string, string | undefined>): Terminal {
  const outIsTerminal = process.stdout.isTTY === true
  const errIsTerminal = process.stderr.isTTY === true
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
    raw: (stream, data) => void process[stream].write(data),
    outIsTerminal,
    errIsTerminal,
    colours: coloursFor(outIsTerminal, env),
    errColours: coloursFor(errIsTerminal, env),
  }
}
