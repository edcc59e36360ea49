import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { seriousFindings } from './browser.ts'
import { open, seen } from './seen.ts'

const views = ['Mesh', 'Tasks', 'Market', 'Balance', 'Forecast', 'Faults', 'Events']

/** Every view can be used by people who cannot see or point. */
export async function seeViewsFit(page: Page, colorScheme: 'dark' | 'light'): Promise<void> {
  await page.emulateMedia({ colorScheme })
  for (const view of views) {
    await open(page, view)
    await seen(page.getByRole('heading', { level: 1 }))
    expect({ view, colorScheme, found: await seriousFindings(page) }).toEqual({ view, colorScheme, found: [] })
  }
}

/** So can the page of a task and that of a peer, of a mesh with a tied task and a peer `amber`. */
export async function seePagesFit(page: Page): Promise<void> {
  for (const [view, link] of [
    ['Tasks', /tied/],
    ['Mesh', /^amber$/],
  ] as const) {
    await open(page, view)
    if (view === 'Tasks') await page.getByRole('button', { name: /^all/ }).click()
    await page.getByRole('row').getByRole('link', { name: link }).first().click()
    await seen(page.getByRole('heading', { level: 2, name: view === 'Tasks' ? 'Timeline' : 'Offers' }))
    if (view === 'Mesh') await seen(page.getByRole('listitem').filter({ hasText: 'connected, direct: yes' }))
    expect({ link, found: await seriousFindings(page) }).toEqual({ link, found: [] })
  }
}

/** No view is wider than a phone. */
export async function seeViewsOnPhone(page: Page): Promise<void> {
  await page.setViewportSize({ width: 390, height: 844 })
  for (const view of views) {
    await open(page, view)
    await seen(page.getByRole('heading', { level: 1 }))
    const overhang = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
    expect({ view, fits: overhang <= 0 }).toEqual({ view, fits: true })
  }
  await page.setViewportSize({ width: 1280, height: 900 })
}
