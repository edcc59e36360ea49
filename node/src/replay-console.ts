import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { ReplayServer } from '@souk/control'
import { readRecording } from '@souk/wire'
import { fileTrouble, usageError } from './cli-error.ts'
import { consoleFiles } from './console-files.ts'
import type { Context } from './context.ts'

/** a console keeps ten minutes: what it exports is far smaller */
const fileBytesMax = 256 * 1024 * 1024

/** Serves an exported file in a console that can only be looked at, until it is interrupted. Throws a usage error for other files. */
export async function replayConsole({ terminal }: Context, file: string, port: number, json: boolean): Promise<void> {
  const text = textOf(file)
  const read = readRecording(text)
  if (!read.ok) throw usageError(`--replay: ${file}: ${read.message}`)
  const { from, events, moments } = read.value
  const server = new ReplayServer(read.value, consoleFiles())
  const link = `${await server.listen(port)}/console/#replay=${server.code}`
  if (json) terminal.out(JSON.stringify({ link, from, events: events.length, moments: moments.length }))
  else {
    terminal.out(link)
    const what = `${events.length} events and ${moments.length} moments of mesh ${from.mesh}, as ${from.name} saw it`
    terminal.err(terminal.errColours.dim(`${what}; Ctrl-C ends the replay`))
  }
  const stop = new AbortController()
  const onSignal = (): void => stop.abort()
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  await once(stop.signal, 'abort')
  process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  await server.stop()
}

function textOf(file: string): string {
  try {
    const { size } = statSync(file)
    if (size > fileBytesMax) throw new Error(`it has ${size} bytes, at most ${fileBytesMax} are read`)
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw usageError(`--replay: ${file} cannot be read: ${fileTrouble(cause)}`)
  }
}
