import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

/** every peer is asked for every task of the time */
const askedMsMax = 30_000

/** On the forecast of a class that has run: what it has cost, and what other ways would have, for a day and an hour. */
export async function seeCosts(page: Page, peer: string): Promise<void> {
  const costs = page.getByRole('region', { name: 'What it costs' })
  const seen = (locator: Locator) => locator.first().waitFor({ timeout: askedMsMax })
  const row = (name: RegExp) => seen(costs.getByRole('row', { name }))
  await seen(costs.getByText(/^spent on \d+ tasks?$/))
  await row(/function\/resize \d+ .* (100|\d\d?) %/)
  await row(/the runs alone, as they were [\d.e-]+ 100 %/)
  await row(/reactive scaling [\d.e-]+ (\d{3} %|1000 %|× [\d ,.]+k?) /)
  await row(/a fixed pool of \d+ workers? [\d.e-]+ (\d{3} %|1000 %|× [\d ,.]+k?) /)
  // The mesh is minutes old: a pool is not charged for a day.
  await seen(costs.getByText(/; over the last (\d+ min ?)?(\d+ s)?, since the first of these tasks$/))
  await seen(costs.getByText(`on ${peer} since it started`))
  for (const figure of ['of it wasted', 'warm and idle', 'cold starts']) await seen(costs.getByText(figure))
  await costs.getByLabel('Costs of').selectOption('the last hour')
  await row(/the runs alone, as they were [\d.e-]+ 100 %/)
  expect(new URL(page.url()).hash).toMatch(/class=function.*spent=hour/)
}
