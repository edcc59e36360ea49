import type { TaskDetail } from '@souk/client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { coloursFor } from '../src/print/colours.ts'
import { hintWhileWaiting } from '../src/waiting-hints.ts'
import { decided } from './explained.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const waiting = (reason: string, state = 'waiting') =>
  ({ state, decision: { ...decided, how: 'waiting', reason }, attempts: [], timeline: [] }) as unknown as TaskDetail

/** What is said while the task is seen in these states, one every five seconds. */
async function said(details: TaskDetail[], errIsTerminal: boolean, began = () => false): Promise<string[]> {
  const lines: string[] = []
  const terminal = { err: (text: string) => void lines.push(text), errIsTerminal, errColours: coloursFor(false, {}) }
  const client = { task: async () => details.shift() ?? waiting('', 'running'), peers: async () => [] }
  const stop = hintWhileWaiting(client, terminal, { id: Promise.resolve('3k9x7fq2') }, began)
  await vi.advanceTimersByTimeAsync(60_000)
  stop()
  return lines
}

test('in a log: one line after a while, and another only when the reason is another', async () => {
  const details = ['no room now at 1 of 2', 'no room now at 2 of 2', 'no host has it', 'no host has it'].map((reason) =>
    waiting(reason),
  )
  expect(await said([...details, waiting('', 'running'), waiting('no host has it')], false)).toEqual([
    'souk: 3k9x7fq2 waiting: no room now at 1 of 2',
    'souk: 3k9x7fq2 waiting: no host has it',
  ])
})

test('nothing once it runs or says something, nor before there is a reason', async () => {
  expect(await said([{ ...waiting(''), decision: undefined } as unknown as TaskDetail], false)).toEqual([])
  expect(await said([waiting('no room')], false, () => true)).toEqual([])
})

test('on a terminal: sooner, and with what would help', async () => {
  const [line] = await said([waiting('no room')], true)
  expect(line).toMatch(/^3k9x7fq2 waiting: no room/)
})
