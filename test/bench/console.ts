import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { bundleConsole } from '../../node/src/bundle-console.ts'
import { browserPath, launch, visit, whyNoBrowser } from '../browser/browser.ts'
import { type Bench, type BenchOptions, type Measured, NeedsError } from './report.ts'

const peers = 200
const eventsPerSecond = 1_000
const views = ['Mesh', 'Events', 'Market', 'Tasks']
/** the page has then all of the latest events and moments that it keeps whole */
const settleMs = 60_000
const collections = 3
const collectMs = 200
/** a view is drawn by then, and the one before it gone */
const leaveMs = 1_000

/** The console over a replayed mesh of 200 peers whose peer tells of 1,000 events a second. */
export const console: Bench = {
  name: 'console',
  summary: 'first load, how long the page blocks, whether it grows, what a viewer costs its peer',
  targets: {
    first_load_kb: ['<=', 200],
    main_thread_block_p95_ms: ['<=', 50],
    viewer_cpu_pct: ['<', 3],
    heap_growth_mb: ['<=', 5],
    streams_broken: ['=', 0],
  },
  run,
}

async function run({ quick, say }: BenchOptions): Promise<Measured> {
  if (browserPath === undefined) throw new NeedsError(whyNoBrowser)
  const eachMs = quick ? 5_000 : 15_000
  const files = [...(await bundleConsole()).values()]
  const loadBytes = files.reduce((sum, content) => sum + gzipSync(content).byteLength, 0)
  const script = fileURLToPath(new URL('./console/serve.ts', import.meta.url))
  const server = fork(script, [String(peers), String(eventsPerSecond)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const browser = await launch()
  try {
    const [{ link }] = (await once(server, 'message')) as [{ link: string }]
    const idle = await cpuShare(server, eachMs)
    const { page, errors, foreign } = await visit(browser, link)
    let streams = 1
    page.on('request', (request) => {
      if (request.url().includes('/v1/events')) streams++
    })
    // What it shows is what is measured: a page that waits for its peer would be fast.
    await page.getByRole('row', { name: new RegExp(`peer-${peers - 1}.*alive`) }).waitFor()
    await page.evaluate(watchBlocks)
    // The other views were never shown by then: what stays of a first look at one is growth, too.
    await pause(quick ? settleMs / 10 : settleMs)
    const heaps = [await heapMb(page)]
    const watched = cpuShare(server, views.length * eachMs)
    const blocks: Record<string, number> = {}
    for (const view of views) {
      say(`${view} for ${eachMs / 1000} s`)
      await open(page, view)
      blocks[view] = await blockP95(page, eachMs)
      heaps.push(await heapMb(page))
    }
    const busy = await watched
    await open(page, views[0]!)
    await pause(leaveMs)
    heaps.push(await heapMb(page))
    const figures = {
      first_load_kb: loadBytes / 1000,
      main_thread_block_p95_ms: Math.max(...Object.values(blocks)),
      viewer_cpu_pct: 100 * (busy - idle),
      heap_growth_mb: heaps.at(-1)! - heaps[0]!,
      streams_broken: streams - 1,
    }
    const detail = {
      blockP95MsByView: blocks,
      heapMb: heaps,
      unwatchedCpuPct: 100 * idle,
      errors,
      foreign,
    }
    return { figures, detail: { peers, eventsPerSecond, ...detail } }
  } finally {
    await browser.close()
    server.kill()
  }
}

const open = (page: Page, view: string) => page.getByRole('navigation', { name: 'Views' }).getByText(view).click()

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** CPU time of the server over the next so many milliseconds, as a share of one core. */
async function cpuShare(server: ChildProcess, ms: number): Promise<number> {
  const cpuMs = async (): Promise<number> => {
    server.send('cpu')
    const [answer] = (await once(server, 'message')) as [{ cpuMs: number }]
    return answer.cpuMs
  }
  const [before, began] = [await cpuMs(), performance.now()]
  await pause(ms)
  return ((await cpuMs()) - before) / (performance.now() - began)
}

const beatMs = 10

/** In the page: how much later than due each beat comes is how long something kept the main thread. */
const watchBlocks = `{
  globalThis.blocks = []
  let last = performance.now()
  setInterval(() => {
    const now = performance.now()
    globalThis.blocks.push(Math.max(0, now - last - ${beatMs}))
    last = now
  }, ${beatMs})
}`

async function blockP95(page: Page, ms: number): Promise<number> {
  await page.evaluate('globalThis.blocks = []')
  await pause(ms)
  const blocks = (await page.evaluate<number[]>('globalThis.blocks')).sort((a, b) => a - b)
  return blocks[Math.floor(blocks.length * 0.95)] ?? Number.POSITIVE_INFINITY
}

async function heapMb(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  // What was drawn last is let go of by the next drawing. Nothing comes between the last collection and the look.
  for (let i = 0; i < collections; i++) {
    await pause(collectMs)
    await session.send('HeapProfiler.collectGarbage')
  }
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return Math.round((10 * usedSize) / 2 ** 20) / 10
}
