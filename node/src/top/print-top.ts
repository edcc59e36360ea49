import type { SoukClient } from '@souk/client'
import type { Terminal } from '../terminal.ts'
import { pause, TopFeed } from './top-feed.ts'
import { snapshotText } from './top-screen-text.ts'

export interface PrintTopOptions {
  everyMs: number
  /** one look only */
  once: boolean
  json: boolean
}

/** One look after the other as text, until it is interrupted. */
export async function printTop(client: SoukClient, terminal: Terminal, options: PrintTopOptions): Promise<void> {
  const { everyMs, once, json } = options
  const feed = new TopFeed(client)
  const stop = new AbortController()
  const onSignal = (): void => stop.abort()
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  try {
    while (!stop.signal.aborted) {
      const data = await feed.look()
      if (json) terminal.out(JSON.stringify(data))
      else terminal.out(`${snapshotText(data, terminal.colours, terminal.outWidth)}${once ? '' : '\n'}`)
      if (once) return
      await pause(everyMs, stop.signal)
    }
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}
