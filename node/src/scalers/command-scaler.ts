import { spawn } from 'node:child_process'
import { type ScaleIntent, scaledLabel } from '@souk/peer'
import { CodedError, type Scaler } from '@souk/runtime'

/** of what it writes to standard error, for the log */
const errCharsMax = 2_000

export interface CommandScalerOptions {
  /** for the shell */
  command: string
  environment: Record<string, string>
  slots: number
  invite(): Promise<string>
}

/**
 * A command of the user's starts and ends peers, wherever they are. It reads one JSON object from its standard input and
 * exits with 0 once that is done:
 * `{"intent", "kind": "grow", "label": "souk.scaled=TAG", "slots", "invitation"}`: a peer is to join with that label; or
 * `{"intent", "kind": "shrink", "label", "peer"}`: the peer with that label is to drain and end.
 * The same intent may come twice, after a time-out: it is the same order.
 */
export class CommandScaler implements Scaler {
  readonly kind = 'command'
  readonly #options: CommandScalerOptions

  constructor(options: CommandScalerOptions) {
    this.#options = options
  }

  async act({ id, kind, peerTag, peer }: ScaleIntent, signal: AbortSignal): Promise<void> {
    const { slots, invite } = this.#options
    const order = { intent: id, kind, label: `${scaledLabel}=${peerTag}` }
    if (kind === 'grow') await this.#run({ ...order, slots, invitation: await invite() }, signal)
    else await this.#run({ ...order, peer }, signal)
  }

  async stop(): Promise<void> {}

  async #run(order: Record<string, unknown>, signal: AbortSignal): Promise<void> {
    const { command, environment } = this.#options
    signal.throwIfAborted()
    const child = spawn('/bin/sh', ['-c', command], {
      env: environment,
      stdio: ['pipe', 'ignore', 'pipe'],
      detached: true,
    })
    // Whatever it has started as well: a shell alone would leave that behind.
    const kill = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        child.kill('SIGKILL')
      }
    }
    signal.addEventListener('abort', kill, { once: true })
    let said = ''
    child.stderr.on('data', (data: Buffer) => {
      said = `${said}${data}`.slice(-errCharsMax)
    })
    // A command that does not read its input is no failure of it.
    child.stdin.on('error', () => {})
    child.stdin.end(`${JSON.stringify(order)}\n`)
    try {
      const exit = await new Promise<number | string>((resolve, reject) => {
        child.once('error', reject)
        // Of one that failed, what it said comes first. What a good one left running may keep its standard error open for ever.
        child.once('exit', (code) => code === 0 && resolve(0))
        child.once('close', (code, by) => resolve(code ?? by ?? 'gone'))
      })
      if (exit !== 0) throw new CodedError('scaler-failed', `the scale command ended with ${exit}: ${said.trim()}`)
    } finally {
      signal.removeEventListener('abort', kill)
    }
  }
}
