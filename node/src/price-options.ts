import { type ClassCosts, defaultRates, parseClassCosts, type Rates } from '@souk/scaling'
import type { Command } from 'commander'
import { usageError } from './cli-error.ts'
import { collect } from './command-module.ts'

/** What resources cost where a host has no price of its own, and what cold starts cost beside idle workers. */
export interface PriceOptions {
  price?: string
  warmCost?: string[]
}

const perHourMax = 1e9
const names = Object.keys(defaultRates) as (keyof Rates)[]

export function addPriceOptions(command: Command): Command {
  return command
    .option(
      '--price <resource=n>',
      'price an hour of a core, a gigabyte of memory, a GPU: cpu=0.04,memory=0.005,gpu=2 (default: cpu=1); for souk cost, of hosts that declare none',
    )
    .option(
      '--warm-cost <class=cold:idle>',
      'what a cold start costs beside a worker idle for a span (10 s), by class: function/render*=20:1, or 9:1 for all, the default (repeatable)',
      collect,
    )
}

/** Checks the option. What is not named costs nothing; without the option a core costs 1. */
export function ratesOf({ price }: PriceOptions): Rates {
  if (price === undefined) return defaultRates
  const rates: Rates = { cpu: 0, memory: 0, gpu: 0 }
  for (const word of price.split(',')) {
    const [name, amount = '', ...rest] = word.split('=')
    const known = names.find((each) => each === name)
    const perHour = amount.trim() === '' ? Number.NaN : Number(amount)
    if (known === undefined || rest.length > 0)
      throw usageError(`--price: '${word}' is none of ${names.join('=, ')}=; write it like cpu=0.04,gpu=2`)
    if (!(perHour >= 0 && perHour <= perHourMax))
      throw usageError(`--price ${known}: '${amount}' is no price from 0 to ${perHourMax}; write it like ${known}=0.04`)
    rates[known] = perHour
  }
  return rates
}

/** Checks the option. From the costs follows how often warm workers are to be enough: 20 to 1 is 95 % of the time. */
export function warmCostsOf({ warmCost = [] }: PriceOptions): ClassCosts[] {
  return warmCost.map((text) => {
    const declared = parseClassCosts(text)
    if (declared !== undefined) return declared
    throw usageError(
      `--warm-cost: '${text}' is not CLASS=COLD:IDLE; write it like function/render*=20:1, or 9:1 for all`,
    )
  })
}

/** The same as words of a command line. */
export function priceArguments({ price, warmCost = [] }: PriceOptions): string[] {
  return [...(price === undefined ? [] : ['--price', price]), ...warmCost.flatMap((text) => ['--warm-cost', text])]
}
