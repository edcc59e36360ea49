import type { Locator, Page } from 'playwright-core'

/** a busy machine shows a change late */
const seenMsMax = 30_000

/** Waits until it is shown; rejects when it is not within half a minute. */
export const seen = (locator: Locator): Promise<void> => locator.first().waitFor({ timeout: seenMsMax })

/** Waits until it is shown no more. */
export const gone = (locator: Locator): Promise<void> => locator.waitFor({ state: 'detached', timeout: seenMsMax })

/** Goes to a view by its name in the navigation. */
export const open = (page: Page, view: string): Promise<void> =>
  page.getByRole('navigation', { name: 'Views' }).getByText(view).click()
