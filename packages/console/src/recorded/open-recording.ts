import { type FailureBody, paths, type Reweighed, type SoukClient, SoukError } from '@souk/client'
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
  try {
    return (await ask(code, '/v1/recording')) as Recording
  } catch (error) {
    sessionStorage.removeItem(kept)
    throw error
  }
}

/** Has the bids of the recording weighed again, by the rule of the market itself, which the page has not got. */
export function weigherOf(code: string): SoukClient['reweigh'] {
  return async (task, by, signal) => {
    const path = paths.reweigh.path.replace(':id', encodeURIComponent(task))
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify(by)
    return (await ask(code, path, { method: 'POST', headers, body, ...(signal && { signal }) })) as Reweighed
  }
}

async function ask(code: string, path: string, { headers, ...rest }: RequestInit = {}): Promise<unknown> {
  const answer = await fetch(path, { ...rest, headers: { ...headers, authorization: `Bearer ${code}` } })
  if (answer.ok) return await answer.json()
  const { code: failed, message } = (await answer.json().catch(() => ({}))) as Partial<FailureBody>
  throw new SoukError(failed ?? 'answer-invalid', message ?? `this console answered ${answer.status}`)
}
