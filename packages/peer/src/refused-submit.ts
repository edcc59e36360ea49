import type { MarketConfig } from '@souk/market'
import { limits, specBytes } from '@souk/wire'
import type { NamedTask } from './inputs.ts'
import type { Machines } from './machines.ts'
import { decideTenantFull } from './tenant-full.ts'

/** Why a submit is refused before any custodian is asked; undefined: it may go on. */
export function decideRefusedSubmit(
  machines: Machines,
  waitingMax: MarketConfig['tenantWaitingMax'],
  { nonce, spec }: NamedTask,
): { code: string; message: string } | undefined {
  const size = specBytes(spec)
  if (size > limits.specBytesMax) {
    const message = `the task takes about ${size} bytes, at most ${limits.specBytesMax} travel with it; give large input as files or through standard input`
    return { code: 'task-too-large', message }
  }
  const full = decideTenantFull(machines, waitingMax, { nonce, spec })
  return full === undefined ? undefined : { code: 'quota', message: full }
}
