import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { begin, type Command, souk } from '../e2e/harness.ts'
import { browserPath, launch, seriousFindings, visit } from './browser.ts'

const folder = mkdtempSync(join(tmpdir(), 'souk-replay-'))
afterAll(() => rmSync(folder, { recursive: true }))

const began = Date.parse('2026-11-29T10:00:00Z')
const from = { self: 'P1', name: 'oak', mesh: 'lab', version: '0', role: 'admin' }
const task = {
  ...{ id: 'abc1'.padEnd(24, '0'), name: 'render', class: 'process/render', tenant: 'default', priority: 'medium' },
  ...{ state: 'closed', kind: 'failed', code: 'exit', executor: 'process', request: {}, origin: 'P1', host: 'P2' },
  ...{ attempts: 1, submittedAt: new Date(began).toISOString(), how: 'auction' },
}
const peer = (id: string, name: string) => ({
  ...{ id, name, role: 'host', self: id === 'P1', state: 'alive', connected: true, summary: '4 cpu' },
  ...{ capacity: { slots: 4 }, executors: ['process'], functions: [], labels: {}, running: 1, waiting: 0 },
  ...{ draining: false, addresses: [] },
})
const peers = [peer('P1', 'oak'), peer('P2', 'elm')]
const bid = (id: string, used: number) => ({
  ...{ peer: id, score: used, afterMs: 1, parts: { used, price: 1 } },
  terms: { count: 1, startMs: 0, finishMs: { p50: 1_000, p90: 2_000 }, usedMilli: 100, priceMilli: 0, warm: false },
})
const decision = {
  ...{ how: 'auction', by: 'P1', wallMs: began, decisionMs: 5, auctionMs: 4, candidates: 2, asked: 2, bidsTotal: 2 },
  ...{ bids: [bid('P2', 0.1), bid('P1', 0.9)], refusals: {}, reasons: [], refused: [], winner: 'P2', margin: 0.8 },
  ...{ weights: { used: 1 }, closed: 'all-in', reason: 'the best of two' },
}
const recording = {
  ...{ format: 'souk-trace', version: 1, at: '2026-11-29T10:00:09.000Z', from },
  events: [
    { type: 'auction.asked', wallMs: began + 1, by: 'P2', lot: 1, class: 'process/render', count: 1, asked: 2 },
    { type: 'auction.closed', wallMs: began + 5, by: 'P2', lot: 1, bids: 2, awarded: 1, closed: 'all-in', tookMs: 4 },
    { type: 'task.awarded', wallMs: began + 5, by: 'P1', task: task.id, to: 'P2', decision },
    { type: 'message.rejected', wallMs: began + 5_000, peer: 'P2', tag: 'x', code: 'malformed' },
    {
      ...{ type: 'warm.done', wallMs: began + 6_000, by: 'P2', class: 'process/make', workers: 0, tookMs: 0 },
      ...{ code: 'warm-failed', detail: 'it ended with 3: no licence' },
    },
  ],
  moments: [0, 4_000, 8_000].map((ms) => ({ wallMs: began + ms, peers, tasks: [task] })),
}

function fileOf(value: object): string {
  const file = join(folder, 'export.json')
  writeFileSync(file, JSON.stringify(value))
  return file
}

test('a file that cannot be replayed is refused, with why', async () => {
  const refused = await souk(['console', '--replay', fileOf({ ...recording, version: 2 })])
  expect(refused).toMatchObject({ code: 64, err: expect.stringContaining('of version 2, this program reads up to 1') })
  expect(await souk(['console', '--replay', join(folder, 'none')])).toMatchObject({
    code: 64,
    err: expect.stringContaining('cannot be read'),
  })
  expect(await souk(['console', '--port', '1'])).toMatchObject({ code: 64 })
  expect(await souk(['console', '--replay', fileOf(recording), '--role', 'observe'])).toMatchObject({
    code: 64,
    err: expect.stringContaining('--role does not go with --replay'),
  })
})

describe.skipIf(browserPath === undefined)('a replay in a browser', () => {
  let browser: Browser
  let command: Command | undefined
  beforeAll(async () => {
    browser = await launch()
  })
  afterEach(() => {
    command?.child.kill()
  })
  afterAll(() => browser.close())

  test('shows what was exported in the same views, goes back in it, and has nothing to do', async () => {
    command = begin(['console', '--replay', fileOf(recording), '--json'])
    const { link } = await new Promise<{ link: string }>((resolve) =>
      command!.child.stdout!.once('data', (data: Buffer) => resolve(JSON.parse(String(data)))),
    )
    const { page, errors, foreign } = await visit(browser, link)
    const shown = (text: string | RegExp) => page.getByText(text).first().waitFor()
    const open = (view: string) => page.getByRole('navigation', { name: 'Views' }).getByText(view).click()
    await shown('A replay of what oak exported')
    await page.getByRole('row', { name: /elm.*alive/ }).waitFor()
    await page.getByLabel('Moment that is shown').fill(String(began + 4_000))
    expect(page.url()).toContain(`at=${began + 4_000}`)
    await open('Tasks')
    await page.getByRole('row', { name: /render.*failed/ }).waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
    await page.getByRole('link', { name: /render/ }).click()
    await shown('Placed by auction')
    await page.getByLabel('Weigh again by').selectOption('weights of your own')
    await page.getByLabel('used', { exact: true }).fill('-1')
    await shown(/It would have gone to oak\s+instead/)
    expect(await seriousFindings(page)).toEqual([])
    await open('Market')
    await page.getByRole('row', { name: /elm process\/render.*all-in/ }).waitFor()
    await open('Faults')
    await page.getByRole('row', { name: /render.*failed/ }).waitFor()
    await page
      .getByRole('listitem')
      .filter({ hasText: /malformed.*elm.*1 times/ })
      .waitFor()
    await page
      .getByRole('listitem')
      .filter({ hasText: /warm-failed process\/make at elm told 1 time.*it ended with 3: no licence/ })
      .waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await open('Balance')
    await shown('this is a replay')
    await open('Events')
    await shown('auction.asked')
    await page.reload()
    await shown('auction.asked')
    for (const button of ['New task', 'Log out', 'Cancel'])
      expect(await page.getByRole('button', { name: button }).count()).toBe(0)
    expect([errors, foreign]).toEqual([[], []])
    await page.context().close()
    command.child.kill('SIGINT')
    expect((await command.ended).code).toBe(0)
  })
})
