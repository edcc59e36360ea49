import type { Handle, SoukClient, TaskDetail } from '@souk/client'
import { fetchPeerNames } from './peer-names.ts'
import { shortTask } from './print/amount-text.ts'
import { waitingAdvice, waitingReason } from './print/waiting-text.ts'
import type { Terminal } from './terminal.ts'

/** A task that has not begun by then is worth a word on why: sooner where a person looks on. */
const terminalAfterMs = 1500
const logAfterMs = 5000
const everyMs = 5000

/**
 * While nothing comes, says on standard error why the task waits: on a terminal with what would help; in a log one line,
 * and another one only when the reason has become another. Returns how to stop it.
 */
export function hintWhileWaiting(
  client: Pick<SoukClient, 'task' | 'peers'>,
  { err, errIsTerminal, errColours }: Pick<Terminal, 'err' | 'errIsTerminal' | 'errColours'>,
  handle: Pick<Handle, 'id'>,
  began: () => boolean,
): () => void {
  const hintOf = async (detail: TaskDetail): Promise<string> => {
    if (detail.state === 'running' || detail.outcome !== undefined) return ''
    if (!errIsTerminal) return waitingReason(detail)
    return waitingAdvice(detail, await fetchPeerNames(client)).join('\n  ')
  }
  // How many hosts are busy is no other reason.
  const sameness = (hint: string): string => (errIsTerminal ? hint : hint.replaceAll(/\d+/g, ''))
  let last = ''
  let timer: NodeJS.Timeout
  const look = async (): Promise<void> => {
    if (began()) return
    const id = await handle.id
    const detail = await client.task(id)
    const hint = await hintOf(detail)
    const line = `${shortTask(id)} ${detail.state}: ${hint}`
    const isNew = hint !== '' && sameness(hint) !== last
    if (isNew && !began()) err(errIsTerminal ? errColours.dim(line) : `souk: ${line}`)
    // In a log what was said is still there to be read after a try to run it.
    if (hint !== '' || errIsTerminal) last = sameness(hint)
    timer = setTimeout(tick, everyMs)
    timer.unref()
  }
  const tick = (): void => {
    look().catch(() => {})
  }
  timer = setTimeout(tick, errIsTerminal ? terminalAfterMs : logAfterMs)
  timer.unref()
  return () => clearTimeout(timer)
}
