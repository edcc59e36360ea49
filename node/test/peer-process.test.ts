import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Context } from '../src/context.ts'
import { type PeerProcess, startPeerProcess } from '../src/peer-process.ts'
import { processTerminal } from '../src/terminal.ts'

/** Starts a process that runs this code where a peer would be. */
function start(
  code: string,
  options: { signal?: AbortSignal } = {},
): { started: Promise<PeerProcess>; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'souk-process-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const self = [process.execPath, '-e', code]
  const context: Context = { env: {}, cwd: folder, self, terminal: processTerminal({}), parent: undefined }
  const logPath = join(folder, 'peer', 'peer.log')
  return { started: startPeerProcess(context, { args: [], logPath, tied: true, ...options }), folder: dirname(logPath) }
}

test('a peer that ends before it is up is shown with the last it wrote', async () => {
  const { started } = start('console.error("no such thing"); process.exit(3)')
  await expect(started).rejects.toThrow(/ended at once \(exit 3\):\nno such thing/)
})

test('a peer that says why it cannot start is taken at its word', async () => {
  const word = { type: 'failed', message: 'the folder is in use', next: 'souk down', exitCode: 69 }
  const { started } = start(`process.send(${JSON.stringify(word)}); process.disconnect()`)
  await expect(started).rejects.toMatchObject({ message: word.message, next: word.next, exitCode: 69 })
})

test('a peer that ends later, when its log is gone already, is no error of its start', async () => {
  const { started, folder } = start('process.send({ type: "up", report: { name: "x" } }); setInterval(() => {}, 1e6)')
  const { child, report } = await started
  expect(report).toEqual({ name: 'x' })
  rmSync(folder, { recursive: true })
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  expect(await closed).toEqual([null, 'SIGKILL'])
})

test('a start that is given up ends at once, with the reason', async () => {
  const stop = new AbortController()
  const { started } = start('setInterval(() => {}, 1000)', { signal: stop.signal })
  stop.abort(new Error('enough'))
  await expect(started).rejects.toThrow('enough')
})
