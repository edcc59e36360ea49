import type { Handle, Outcome, OutputChunk, SoukClient, Task } from '@souk/client'
import { codeOf, messageOf } from './cli-error.ts'
import type { Context } from './context.ts'
import { shortTask } from './print/amount-text.ts'
import { refusedError } from './refused.ts'
import { hintWhileWaiting } from './waiting-hints.ts'

/** After a first Ctrl-C: so long may a second one come before the program leaves. */
const secondInterruptMs = 3000

interface WatchOptions {
  json?: boolean
  quiet?: boolean
}

/** Submits one task and streams its output until it has ended, or the person has had enough. */
export async function watchRun(
  client: SoukClient,
  context: Context,
  task: Task,
  options: WatchOptions,
): Promise<Outcome | 'interrupted'> {
  const { terminal } = context
  let began = false
  const onOutput = (chunk: OutputChunk): void => {
    began = true
    terminal.raw(chunk.stream, chunk.data)
  }
  const handle = client.submit(task, options.json ? {} : { onOutput })
  handle.id.catch(() => {})
  const stopHints = options.quiet ? () => {} : hintWhileWaiting(client, terminal, handle, () => began)
  const interrupt = onInterrupt(client, context, handle)
  try {
    const end = await Promise.race([handle.outcome, interrupt.left])
    // Cancelled by the second Ctrl-C: its outcome is no answer of the task's own.
    return interrupt.cancelling() ? await interrupt.left : end
  } catch (error) {
    const accepted = await handle.id.then(
      () => true,
      () => false,
    )
    throw accepted ? error : await refusedError(client, handle, error)
  } finally {
    interrupt.stop()
    stopHints()
  }
}

/** First Ctrl-C: says how to go on, and waits for a second; second: cancels and waits until the process is gone. */
function onInterrupt(
  client: SoukClient,
  context: Context,
  handle: Handle,
): { left: Promise<'interrupted'>; cancelling(): boolean; stop(): void } {
  const { err } = context.terminal
  let resolve: (end: 'interrupted') => void = () => {}
  const left = new Promise<'interrupted'>((done) => {
    resolve = done
  })
  let timer: NodeJS.Timeout | undefined
  let count = 0
  const cancel = async (): Promise<void> => {
    clearTimeout(timer)
    const id = await handle.id
    err(`cancelling ${shortTask(id)}; waiting until its process is gone`)
    const answer = await client.cancel(id, 'Ctrl-C')
    if (answer === 'unreachable') {
      err(`souk: the peer that keeps ${shortTask(id)} cannot be reached now; it may still run`)
    } else {
      await handle.outcome.catch(() => {})
      err(answer === 'closed-before' ? 'it had ended before' : 'cancelled')
    }
    resolve('interrupted')
  }
  const listener = (): void => {
    count++
    if (count === 1) {
      timer = setTimeout(() => resolve('interrupted'), secondInterruptMs)
      void handle.id.then(
        (id) => {
          err(`\ndetached: ${shortTask(id)} goes on. Ctrl-C again within ${secondInterruptMs / 1000} s cancels it.`)
          err(`next: souk logs -f ${shortTask(id)}   or: souk cancel ${shortTask(id)}`)
        },
        () => resolve('interrupted'),
      )
    } else if (count === 2) {
      cancel().catch((error) => {
        err(`souk: it could not be cancelled: ${messageOf(error)} ${codeOf(error)}`.trimEnd())
        resolve('interrupted')
      })
    }
  }
  process.on('SIGINT', listener)
  return {
    left,
    cancelling: () => count > 1,
    stop: () => {
      clearTimeout(timer)
      process.off('SIGINT', listener)
    },
  }
}
