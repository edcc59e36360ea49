/** Makes the pictures of docs/console.md from a live mesh: `node test/browser/screenshots.ts`. Needs a Chromium. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { connect, type SoukClient } from '@souk/client'
import type { Page } from 'playwright-core'
import { BenchMesh, buildCli } from '../bench/mesh.ts'
import { browserPath, launch, visit, whyNoBrowser } from './browser.ts'

const folder = fileURLToPath(new URL('../../docs/console', import.meta.url))
const size = { width: 1360, height: 860 }
/** until charts have something to show */
const warmMs = 9_000
const settleMs = 3_000
/** until forecasts were made and have met what came */
const forecastMs = 100_000

const hosts: [string, string][] = [
  ['amber', 'cpu=4,mem=2G,slots=4'],
  ['birch', 'cpu=2,mem=1G,slots=2'],
  ['cedar', 'cpu=2,mem=1G,slots=2'],
  ['dahlia', 'cpu=8,mem=4G,slots=8'],
  ['elm', 'cpu=1,mem=512M,slots=1'],
]

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const sleep = (seconds: number) => ['sh', '-c', `echo working for ${seconds} s; sleep ${seconds}; echo done`]

/** Something of everything: short and long tasks, one that fails, one that no host can run. Returns the id of the long one. */
async function keepBusy(client: SoukClient): Promise<string> {
  const first = [
    client.submit({ argv: sleep(90), name: 'train', objective: 'spread' }),
    client.submit({ argv: ['true'], name: 'huge', request: { cpu: 64 } }),
    client.submit({ argv: ['sh', '-c', 'echo no such model >&2; exit 3'], name: 'broken' }),
  ]
  const [train] = await Promise.all(first.map(({ id }) => id))
  await pause(settleMs)
  const frames = Array.from({ length: 400 }, (_, i) =>
    client.submit({ argv: sleep((i % 6) * 0.7), name: `frame ${i}` }),
  )
  for (const { outcome } of [...first, ...frames]) outcome.catch(() => {})
  return train!
}

/** A function whose demand goes up and down, at the peer that serves the console: it foretells what it runs itself. */
async function serveWaves(client: SoukClient, signal: AbortSignal): Promise<void> {
  const agent = await client.agent({ functions: { resize: () => pause(700) }, slots: 4, warm: () => {} })
  for (let second = 0; !signal.aborted; second++) {
    const calls = Math.round(2 + 1.5 * Math.sin(second / 6))
    for (let i = 0; i < calls; i++) client.submit({ function: 'resize', args: [i] }).outcome.catch(() => {})
    await pause(1_000)
  }
  await agent.close()
}

async function picture(page: Page, name: string): Promise<void> {
  // What the pointer rests on is drawn in another way.
  await page.mouse.move(0, size.height - 1)
  await pause(settleMs)
  // A busy machine answers late.
  await page.locator('.asking, .centred').first().waitFor({ state: 'detached', timeout: 60_000 })
  await page.screenshot({ path: join(folder, `${name}.png`) })
}

async function take(client: SoukClient, link: string): Promise<void> {
  const browser = await launch()
  const stop = new AbortController()
  try {
    const { page } = await visit(browser, link)
    await page.setViewportSize(size)
    await page.emulateMedia({ colorScheme: 'dark' })
    const waves = serveWaves(client, stop.signal)
    const train = await keepBusy(client)
    await pause(warmMs)
    for (const view of ['Mesh', 'Tasks', 'Market', 'Balance', 'Faults', 'Events']) {
      await page.getByRole('navigation', { name: 'Views' }).getByText(view).click()
      await picture(page, view.toLowerCase())
    }
    await page.goto(`${link.split('#')[0]}#/tasks/${train}`)
    await picture(page, 'task')
    await page.goto(`${link.split('#')[0]}#/forecast?class=function/resize`)
    await pause(forecastMs)
    await picture(page, 'forecast')
    await page.emulateMedia({ colorScheme: 'light' })
    await page.goto(`${link.split('#')[0]}#/peers/dahlia`)
    await picture(page, 'peer-light')
    stop.abort()
    await waves
  } finally {
    stop.abort()
    await browser.close()
  }
}

if (browserPath === undefined) throw new Error(whyNoBrowser)
mkdirSync(folder, { recursive: true })
buildCli()
const mesh = new BenchMesh()
try {
  for (const [name, offer] of hosts) await mesh.add(name, offer)
  await mesh.settled()
  const { api } = mesh.peers[0]!
  const client = await connect([api])
  const { code } = await client.loginCode()
  await take(client, `${api.url}/console/#code=${code}`)
  await client.close()
} finally {
  await mesh.stop()
}
