import type { BodyOf, Routes } from '@souk/client'
import type { PeerHandle } from '@souk/runtime'
import { ApiError } from './api-error.ts'

/**
 * Tells the peer to drain, or to take work again; resolves once its later lives will know that too. Throws ApiError 507
 * `disk-full` or `io` where they will not, though this one does as it was told.
 */
export async function tellDrain(
  told: { on: boolean } & BodyOf<Routes['drain']>,
  handle: Pick<PeerHandle, 'input' | 'written'>,
): Promise<void> {
  handle.input({ type: 'drain', ...told })
  // Nothing was to be written, and its disk is no reason for it to stay.
  if (told.leaving) return
  const failure = await handle.written()
  if (!failure) return
  const [now, again] = told.on ? ['drains', 'take work again'] : ['takes work again', 'drain again']
  const message =
    `it ${now}, but that is not on its disk: ${failure.message} After a restart it may ${again}. ` +
    'Mend that (souk doctor), then say it once more'
  throw new ApiError(507, failure.code, message)
}
