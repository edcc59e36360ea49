import { type FailureBody, SoukError } from '@souk/client'
import type { Recording } from './recording.ts'

/** of this tab alone, so that it can be loaded again */
const kept = 'souk-replay'

/** The code of a link to a replay; it is taken out of the address at once. */
export function takeReplayCode(): string | undefined {
  const code = /^#replay=([\w-]{8,128})$/.exec(location.hash)?.[1]
  if (code === undefined) return sessionStorage.getItem(kept) ?? undefined
  sessionStorage.setItem(kept, code)
  history.replaceState(null, '', location.pathname)
  return code
}

/** The recording that this console was started for. Rejects with SoukError; then this tab forgets the code. */
export async function openRecording(code: string): Promise<Recording> {
  const answer = await fetch('/v1/recording', { headers: { authorization: `Bearer ${code}` } })
  if (answer.ok) return (await answer.json()) as Recording
  sessionStorage.removeItem(kept)
  const { code: failed, message } = (await answer.json().catch(() => ({}))) as Partial<FailureBody>
  throw new SoukError(failed ?? 'answer-invalid', message ?? `this console answered ${answer.status}`)
}
