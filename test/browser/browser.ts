import { existsSync } from 'node:fs'
import axe from 'axe-core'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

/** Where Debian, Ubuntu, Fedora and Chrome's own packages put it; CHROMIUM names another one. */
const places = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

export const browserPath: string | undefined = places.find((path) => path !== undefined && existsSync(path))

export const whyNoBrowser = `no browser at ${places.filter(Boolean).join(', ')}: install chromium (apt-get install chromium), or name one in CHROMIUM`

/** In containers tests are root, and no sandbox works there; the pages are this project's own. */
export const launch = (): Promise<Browser> => chromium.launch({ executablePath: browserPath!, args: ['--no-sandbox'] })

/** A page with everything that it must not do. */
export interface Visitor {
  page: Page
  context: BrowserContext
  /** errors on its console or thrown in it, but for answers that the test asks for and a peer that is away */
  errors: string[]
  /** requests to anywhere but the peer */
  foreign: string[]
}

/** Opens a login link in a browser of its own, and waits until the console is there. */
export async function visit(browser: Browser, link: string): Promise<Visitor> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  const page = await context.newPage()
  const visitor: Visitor = { page, context, errors: [], foreign: [] }
  const { origin } = new URL(link)
  page.on('pageerror', (error) => visitor.errors.push(String(error)))
  page.on('console', (message) => {
    // A browser says of every answer that is not 2xx, and of every connection that fails, that it came.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      visitor.errors.push(message.text())
    }
  })
  page.on('request', (request) => {
    if (/^https?:/.test(request.url()) && new URL(request.url()).origin !== origin) visitor.foreign.push(request.url())
  })
  await page.goto(link)
  await page.getByRole('navigation', { name: 'Views' }).waitFor()
  return visitor
}

/** What axe finds on the page that is serious or worse, as `rule: where`. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(() => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<import('axe-core').AxeResults> } }
    return axe.run()
  })
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`))
}
