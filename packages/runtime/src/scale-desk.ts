import type { PeerInput, ScaleIntent } from '@souk/peer'
import type { DriverLog, DriverOptions } from './driver-options.ts'
import type { Clock, ScalerOptions } from './ports.ts'

const triesMax = 2
/** Orders under way; the machine gives fewer: so many as there may be peers (64, by --scale), and some that it gave up. */
const ordersMax = 256

interface Needs extends ScalerOptions {
  clock: Clock
  deliver(input: PeerInput): void
  log: DriverLog
}

/** Has a scaler carry out orders, each within its time, twice at most, and answers each once whatever the scaler does. */
export class ScaleDesk {
  readonly #needs: Needs
  readonly #underWay = new Map<string, AbortController>()
  #stopped = false

  constructor(needs: Needs) {
    this.#needs = needs
  }

  order(intent: ScaleIntent): void {
    if (this.#stopped || this.#underWay.has(intent.id)) return
    if (this.#underWay.size >= ordersMax) this.#answer(intent, 'scaler-busy')
    else void this.#carryOut(intent)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const aborting of this.#underWay.values()) aborting.abort()
    await this.#needs.scaler.stop()
  }

  async #carryOut(intent: ScaleIntent): Promise<void> {
    let code = 'failed'
    for (let tries = 1; tries <= triesMax && code !== 'done' && !this.#stopped; tries++) code = await this.#try(intent)
    this.#underWay.delete(intent.id)
    this.#answer(intent, code)
  }

  async #try(intent: ScaleIntent): Promise<string> {
    const { scaler, tryMsMax, clock, log } = this.#needs
    const aborting = new AbortController()
    this.#underWay.set(intent.id, aborting)
    let cancel = (): void => {}
    // A scaler that does not heed the signal is not waited for.
    const late = new Promise<never>((_, reject) => {
      cancel = clock.after(tryMsMax, () => {
        aborting.abort()
        reject(Object.assign(new Error(`the scaler did not end within ${tryMsMax} ms`), { code: 'scaler-late' }))
      })
    })
    try {
      await Promise.race([scaler.act(intent, aborting.signal), late])
      return 'done'
    } catch (error) {
      const { code } = error as { code?: unknown }
      log('warn', `the ${scaler.kind} scaler failed to ${intent.kind}`, { intent: intent.id, error })
      return typeof code === 'string' ? code : 'failed'
    } finally {
      cancel()
    }
  }

  #answer({ id }: ScaleIntent, code: string): void {
    if (!this.#stopped) this.#needs.deliver({ type: 'scaled', intent: id, code })
  }
}

/** Of a driver that may scale. */
export function scaleDeskOf(
  { scaling, clock, log = console.error }: DriverOptions,
  deliver: (input: PeerInput) => void,
): ScaleDesk | undefined {
  return scaling && new ScaleDesk({ ...scaling, clock, log, deliver })
}
